import { describe, expect, test } from '@jest/globals';
import { environmentSchema } from '../../src/config.ts';
import { projectFile } from './project-file.ts';

const text = projectFile('deploy/compose.yaml').replace(/^ *#.*\n/gm, '');

/** The lines of a block, less their indentation: "x-connector" or, two columns in, "web". */
function block(name: string): string[] {
  const [, indentation = '', body = ''] =
    new RegExp(`^( {0,2})${name}:.*\\n((?:\\1  .*\\n|\\n)*)`, 'm').exec(text) ?? [];
  return body.split('\n').map((line) => line.slice(indentation.length + 2));
}

describe('deploy/compose.yaml', () => {
  test.each(['web', 'worker'])('%s is the connector in that role', (role) => {
    expect(block(role)).toContain('<<: *connector');
    expect(block(role)).toEqual(expect.arrayContaining(['  <<: *environment', `  ROLE: ${role}`]));
    expect(environmentSchema.shape.ROLE.safeParse(role).success).toBe(true);
  });

  test('the connector waits for the database, comes back by itself and has no rights', () => {
    expect(block('x-connector')).toEqual(
      expect.arrayContaining([
        'env_file: ../.env',
        '    condition: service_healthy',
        'restart: unless-stopped',
        'read_only: true',
        'tmpfs: /tmp',
        'cap_drop: [ALL]',
        "security_opt: ['no-new-privileges:true']",
      ]),
    );
  });

  test('the connector gets longer to stop than it gives itself', () => {
    const [, ownLimit = ''] = /DRAIN_LIMIT_MS = ([\d_]+)/.exec(projectFile('src/main.ts')) ?? [];
    const [, grace = ''] = /stop_grace_period: (\d+)s/.exec(block('x-connector').join('\n')) ?? [];
    expect(Number(grace) * 1000).toBeGreaterThan(Number(ownLimit.replaceAll('_', '')));
    expect(Number(ownLimit.replaceAll('_', ''))).toBeGreaterThan(0);
  });

  test('web can have replicas: no fixed name, and one published port, which is a variable', () => {
    expect(text).not.toContain('container_name');
    expect(text.match(/ports:/g)).toHaveLength(1);
    expect(block('web')).toContain("ports: ['${PUBLISHED_PORT:-8080}:8080']");
  });

  test('the database keeps its data and is healthy only once it answers over TCP', () => {
    expect(block('database')).toContain("volumes: ['database:/var/lib/postgresql/data']");
    expect(block('database').join('\n')).toMatch(/healthcheck:\n +test: \[CMD, pg_isready, --host=127\.0\.0\.1/);
    expect(text).toMatch(/^volumes:\n {2}database:$/m);
  });

  test('images have a tag, never the latest', () => {
    const images = [...text.matchAll(/image: (.*)/g)].map(([, image]) => image);
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/^[a-z-]+:(?!latest)\w/);
  });

  test('holds no secret: a password is asked for with a sentence', () => {
    expect(text).toMatch(/^x-password: &password \$\{POSTGRES_PASSWORD:\?Set POSTGRES_PASSWORD in .+\.\}$/m);
    const values = [...text.matchAll(/^ +\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*: *(.*)$/gm)].map(([, value]) => value);
    expect(values).toEqual(['*password', '*password']);
    expect(text).not.toMatch(/:\/\/[^@\s]*:[^@\s]*@/);
  });

  test('every variable it reads is in env.example', () => {
    const example = projectFile('deploy/env.example');
    for (const [, name = ''] of text.matchAll(/\$\{(\w+)/g)) expect(example).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
  });

  test('every variable it sets is one the service reads, or the driver’s password', () => {
    const set = block('x-environment').flatMap((line) => /^([A-Z_]+):/.exec(line)?.[1] ?? []);
    expect(set.filter((name) => !(name in environmentSchema.shape))).toEqual(['PGPASSWORD']);
  });
});

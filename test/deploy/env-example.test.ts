import { describe, expect, test } from '@jest/globals';
import { envExample } from '../../deploy/env-example.ts';
import { settingRows } from '../../deploy/setting-rows.ts';
import { environmentSchema } from '../../src/config.ts';
import { projectFile } from './project-file.ts';

const rows = settingRows(environmentSchema);
const lines = projectFile('deploy/env.example').split('\n');

describe('deploy/env.example', () => {
  test('is current (npm run docs)', () => {
    expect(projectFile('deploy/env.example')).toBe(envExample(rows));
  });

  test('has every variable of the service once, in order', () => {
    const names = lines.map((line) => /^(?:# )?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1]);
    const variables = Object.keys(environmentSchema.shape);
    expect(names.filter((name) => name !== undefined && variables.includes(name))).toEqual(variables);
  });

  test('gives no required variable a value', () => {
    for (const { name } of rows.filter(({ required }) => required)) expect(lines).toContain(`${name}=`);
  });

  test('comments everything else out, with its default', () => {
    for (const { name, defaultText = '' } of rows.filter(({ required }) => !required)) {
      expect(lines).toContain(`# ${name}=${defaultText}`);
    }
    expect(lines.filter((line) => /^[^#].*=./.test(line))).toEqual([]);
  });
});

describe('envExample', () => {
  const row = { name: 'X', required: false, defaultText: undefined };

  test('wraps a meaning at 110 columns', () => {
    const text = envExample([{ ...row, meaning: 'word '.repeat(60).trim() }]);
    const widths = text.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(110);
    expect(text.match(/\bword\b/g)).toHaveLength(60);
  });

  test('keeps a command on one line', () => {
    const text = envExample([{ ...row, meaning: `${'x'.repeat(95)} Make: \`openssl rand -hex 32\`.` }]);
    expect(text).toContain('\n# `openssl rand -hex 32`.\n# X=\n');
  });
});

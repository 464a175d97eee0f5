import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyInstallationsFile } from '../../src/installations/installations-file.ts';
import type { Installations } from '../../src/installations/installations.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { Database } from '../../src/persistence/database.ts';
import { watchedLog } from '../support/leak-watch.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { startTestService } from '../support/test-service.ts';
import { installationsOf, MASKED, SECRETS, secretsOf, shop, thulium } from './installation-world.ts';

let database: Database;
let installations: Installations;
let folder: string;
let file: string;

beforeAll(async () => {
  database = await openTestDatabase();
  installations = installationsOf(database);
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'installations-file-'));
  file = path.join(folder, 'installations.json');
});
afterAll(async () => {
  await database.close();
  await fs.rm(folder, { recursive: true });
});

/** Applies a file with this content and returns what it logged. */
async function apply(content: unknown): Promise<{ index: number; outcome: string }[]> {
  await fs.writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  const { stream, lines } = watchedLog();
  const logger = createLogger({ level: 'debug', stream });
  await applyInstallationsFile(file, installations, logger);
  return lines.map((line) => {
    const { index, outcome } = JSON.parse(line) as { index: number; outcome: string };
    return { index, outcome };
  });
}

const problemOf = (content: unknown): Promise<string> =>
  apply(content).then(
    () => 'no problem',
    (error: unknown) => (error as Error).message,
  );

describe('At every start', () => {
  test('what the file names is created, left alone while the entry is the same, and updated when it changes', async () => {
    expect(await apply([shop(1), shop(2)])).toEqual([
      { index: 0, outcome: 'created' },
      { index: 1, outcome: 'created' },
    ]);
    expect(await secretsOf(installations, 'ha-1')).toEqual(SECRETS);
    expect(await installations.show('ha-1')).toMatchObject({ label: 'Shop 1', hasInstallationKey: false });

    const changed = shop(2, { label: 'Another name' }, { ...SECRETS, apiPassword: 'another password' });
    expect(await apply([shop(1), changed])).toEqual([
      { index: 0, outcome: 'unchanged' },
      { index: 1, outcome: 'updated' },
    ]);
    expect(await installations.show('ha-2')).toMatchObject({ label: 'Another name' });
    expect(await secretsOf(installations, 'ha-2')).toMatchObject({ apiPassword: 'another password' });
  });

  test('what was stored later stays until the entry itself changes', async () => {
    await apply([shop(3)]);
    await installations.replace('ha-3', shop(3, { label: 'Changed by hand' }, MASKED));
    expect(await apply([shop(3)])).toEqual([{ index: 0, outcome: 'unchanged' }]);
    expect(await installations.show('ha-3')).toMatchObject({ label: 'Changed by hand' });

    await apply([shop(3, { locale: 'en' })]);
    expect(await installations.show('ha-3')).toMatchObject({ label: 'Shop 3', locale: 'en' });
  });

  test('an installation that the API made is updated, and keeps its key', async () => {
    await installations.create(shop(4));
    expect(await apply([shop(4, { label: 'From the file' })])).toEqual([{ index: 0, outcome: 'updated' }]);
    expect(await installations.show('ha-4')).toMatchObject({ label: 'From the file', hasInstallationKey: true });
  });

  test('what the file no longer names stays', async () => {
    await apply([shop(5)]);
    expect(await apply([])).toEqual([]);
    expect(await installations.show('ha-5')).toMatchObject({ id: 'ha-5' });
  });
});

describe('A file that cannot be used stops the start with a sentence', () => {
  test('an entry that does not fit: its index and each field, and no value', async () => {
    const wrong = shop(11, { currency: 'canary-currency', destinations: [thulium({ baseUrl: 'canary-url' })] });
    const problem = await problemOf([shop(10), wrong]);
    expect(problem).toContain('INSTALLATIONS_FILE has a problem in entry 1');
    expect(problem).toContain('[1] currency:');
    expect(problem).toContain('[1] destinations.0.settings.baseUrl:');
    expect(problem).not.toContain('canary');
  });

  test.each([
    ['no identity', { label: 'x' }, '[0] platform:'],
    ['a name for an unknown thing', shop(12, { lable: 'x' }), '[0] lable:'],
  ])('an entry with %s', async (_what, entry, expected) => {
    expect(await problemOf([entry])).toContain(expected);
  });

  test.each(['', 'not json', '{}', 'null', JSON.stringify(shop(13))])('%j is no array', async (content) => {
    expect(await problemOf(content)).toBe('INSTALLATIONS_FILE must hold a JSON array of installations.');
  });

  test('a file that is not there', async () => {
    const logger = createLogger({ level: 'silent' });
    await expect(applyInstallationsFile(path.join(folder, 'nowhere.json'), installations, logger)).rejects.toThrow(
      'INSTALLATIONS_FILE cannot be read (ENOENT). Check the path and its rights.',
    );
  });
});

test('The service applies it before it listens, and starts without it no less', async () => {
  await fs.writeFile(file, JSON.stringify([shop(20)]));
  const service = await startTestService({ INSTALLATIONS_FILE: file });
  const answer = await service.admin('GET', '/installations/ha-20');
  for (const secret of Object.values(SECRETS)) expect(service.logs()).not.toContain(secret);
  await service.stop();
  expect(answer).toMatchObject({ status: 200, body: { label: 'Shop 20', hasInstallationKey: false } });

  await fs.writeFile(file, '[{}]');
  await expect(startTestService({ INSTALLATIONS_FILE: file })).rejects.toThrow('entry 0');
});

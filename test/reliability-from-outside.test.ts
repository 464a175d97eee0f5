import { describe, expect, test } from '@jest/globals';
import { type Files, ownImports, readFiles } from './support/source-files.ts';

/**
 * What reliability tests may know of the source: they judge by the sender's ledger, the chat systems' and public HTTP,
 * and a test that looks inside stands in the room it looks into.
 */
const MAY_LOOK_INSIDE: readonly [tests: RegExp, source: RegExp, why: string][] = [
  [/^lanes\//, /./, 'steps the real worker statement by statement, beside a model of a lane'],
  [/^postgres\/migration-/, /^persistence\/migrate\.ts$/, 'a migration is what is done to the tables'],
];

/** `files`: below `test/reliability/`. */
function lookingInside(files: Files): string[] {
  return [...files].flatMap(([file, text]) => {
    const inside = ownImports(`reliability/${file}`, text).flatMap((name) => /^\.\.\/src\/(.+)$/.exec(name)?.[1] ?? []);
    const wrong = inside.filter(
      (name) => !MAY_LOOK_INSIDE.some(([tests, source]) => tests.test(file) && source.test(name)),
    );
    return wrong.map((name) => `${file} imports ${name}`);
  });
}

describe('A reliability test', () => {
  test('judges from outside', () => {
    const files = readFiles('test/reliability');
    expect(files.size).toBeGreaterThan(20);
    expect(lookingInside(files)).toEqual([]);
  });

  test.each([
    ['clock-jumps.test.ts', `import { x } from '../../src/bridge/courier.ts';`, ['bridge/courier.ts']],
    [
      'postgres/a.test.ts',
      `import type { X } from '../../../src/persistence/database.ts';`,
      ['persistence/database.ts'],
    ],
    ['postgres/migration-a.test.ts', `import { x } from '../../../src/bridge/courier.ts';`, ['bridge/courier.ts']],
    ['postgres/migration-a.test.ts', `import { x } from '../../../src/persistence/migrate.ts';`, []],
    ['lanes/lane-play.ts', `import { x } from '../../../src/bridge/courier.ts';`, []],
    ['clock-jumps.test.ts', `import { x } from '../support/eventually.ts';`, []],
  ])('%s with %s', (file, text, wrong) => {
    expect(lookingInside(new Map([[file, text]]))).toEqual(wrong.map((name) => `${file} imports ${name}`));
  });
});

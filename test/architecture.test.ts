import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Files, importsOf, ownImports, readFiles } from './support/source-files.ts';

const PLATFORM = ['http', 'persistence', 'observability', 'outgoing'];
const EVERYTHING = '*';
/** The rooms that are about what the product does. */
const CAPABILITIES = [
  'admin',
  'privacy',
  'callbacks',
  'catalogue',
  'profile',
  'closing-form',
  'intake',
  'installations',
  'bridge',
  'iadvize',
  'files',
];

/**
 * The rooms of `src/`, top to bottom, and what each may import besides itself. A room that is not listed is refused: who
 * adds one decides here where it stands. The generated Prisma client stands below those who may know Prisma.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  entry: [EVERYTHING],
  cli: [...CAPABILITIES, 'config.ts', 'destinations', 'persistence', 'observability', 'outgoing'],
  admin: [...PLATFORM, 'installations'],
  privacy: [...PLATFORM, 'installations'],
  callbacks: [...PLATFORM, 'installations', 'destinations'],
  catalogue: [...PLATFORM, 'installations'],
  profile: [...PLATFORM, 'installations'],
  'closing-form': [...PLATFORM, 'installations'],
  files: PLATFORM,
  intake: [...PLATFORM, 'installations', 'bridge/domain-events.ts'],
  installations: [...PLATFORM, 'destinations'],
  bridge: [...PLATFORM, 'destinations'],
  'destinations/registry.ts': ['destinations', 'destinations/*'],
  'destinations/*': ['destinations', 'outgoing'],
  destinations: ['outgoing'],
  iadvize: PLATFORM,
  http: ['observability'],
  persistence: [],
  observability: [],
  outgoing: [],
};

/** Where a file stands; a chat system's folder is a room of its own. */
function roomOf(file: string): string {
  const [first = '', second] = file.split('/');
  if (second === undefined) return 'entry';
  if (file === 'destinations/registry.ts') return file;
  return first === 'destinations' && file.split('/').length > 2 ? `${first}/${second}` : first;
}

const ruleOf = (room: string): string => (/^destinations\/[^.]+$/.test(room) ? 'destinations/*' : room);

function isAllowed(from: string, to: string): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target) return true;
  if (target === 'generated') return mayKnowPrisma(from);
  return (MAY_IMPORT[ruleOf(room)] ?? []).some(
    (allowed) => allowed === EVERYTHING || allowed === target || allowed === ruleOf(target) || allowed === to,
  );
}

function wrongDirections(files: Files): string[] {
  const wrong = [...files].flatMap(([file, text]) => {
    if (!(ruleOf(roomOf(file)) in MAY_IMPORT)) return [`${roomOf(file)}/ is a room that is not listed`];
    const upwards = ownImports(file, text).filter((imported) => !isAllowed(file, imported));
    return upwards.map((imported) => `${file} imports ${imported}`);
  });
  return [...new Set(wrong)];
}

function cycles(files: Files): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) return void found.push([...trail.slice(trail.indexOf(file)), file].join(' > '));
    const text = files.get(file);
    if (text === undefined || done.has(file)) return;
    for (const imported of ownImports(file, text)) visit(imported, [...trail, file]);
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return found;
}

/** Files that import a module they should not know. */
function knowing(files: Files, module: RegExp, allowed: (file: string) => boolean): string[] {
  const wrong = [...files].filter(
    ([file, text]) => !allowed(file) && importsOf(text).some((name) => module.test(name)),
  );
  return wrong.map(([file]) => file);
}

const EXPRESS = /^express$/;
const PRISMA = /(^|\/)generated\/|^@prisma\/|prisma-adapter/;
const mayKnowExpress = (file: string): boolean =>
  file.startsWith('http/') || file.endsWith('-routes.ts') || /^compose(-[a-z-]+)?\.ts$/.test(file);
const mayKnowPrisma = (file: string): boolean => file.startsWith('persistence/') || /-(store|list)\.ts$/.test(file);

const VENDOR_WORD = /thulium|servicepattern|iptp|\bxm\b/i;
const DEFAULT_EXPORT = /^export default\b|^export \{[^}]*\bas default\b/m;
const BARREL = /^export (type )?(\*|\{[^}]*\}).* from '\./m;
const containing = (files: Files, pattern: RegExp): string[] =>
  [...files].filter(([, text]) => pattern.test(text)).map(([file]) => file);

describe('The source', () => {
  const files = readFiles('src');

  test('is read: rooms, imports and all', () => {
    expect(files.size).toBeGreaterThan(50);
    expect(ownImports('compose.ts', files.get('compose.ts') ?? '')).toContain('http/app.ts');
    const missing = [...files].flatMap(([file, text]) =>
      ownImports(file, text).filter((imported) => !files.has(imported) && !imported.startsWith('generated/')),
    );
    expect(missing).toEqual([]);
  });

  test('imports downwards only', () => {
    expect(wrongDirections(files)).toEqual([]);
  });

  test('imports nothing in a circle, types included', () => {
    expect(cycles(files)).toEqual([]);
  });

  test('knows Express only where HTTP is spoken', () => {
    expect(knowing(files, EXPRESS, mayKnowExpress)).toEqual([]);
  });

  test('knows Prisma only where rows are read and written', () => {
    expect(knowing(files, PRISMA, mayKnowPrisma)).toEqual([]);
  });

  test('says no chat system’s name in the bridge', () => {
    const bridge = new Map([...files].filter(([file]) => file.startsWith('bridge/')));
    expect(bridge.size).toBeGreaterThan(0);
    expect(containing(bridge, VENDOR_WORD)).toEqual([]);
  });

  test('exports by name, from the file that holds the thing', () => {
    expect(containing(files, DEFAULT_EXPORT)).toEqual([]);
    expect(containing(files, BARREL)).toEqual([]);
    expect([...files.keys()].filter((file) => path.posix.basename(file) === 'index.ts')).toEqual([]);
  });

  test('has no file over 300 lines', () => {
    const long = [...files].filter(([, text]) => text.trimEnd().split('\n').length > 300);
    expect(long.map(([file]) => file)).toEqual([]);
  });
});

describe('The checker notices', () => {
  const importing = (from: string, to: string): Files =>
    new Map([
      [from, `import { x } from '${path.posix.relative(path.posix.dirname(from), to).replace(/^(?!\.)/, './')}';`],
    ]);

  test.each([
    ['http/app.ts', 'intake/intake-routes.ts'],
    ['http/app.ts', 'persistence/database.ts'],
    ['http/app.ts', 'config.ts'],
    ['persistence/database.ts', 'http/errors.ts'],
    ['observability/logger.ts', 'persistence/database.ts'],
    ['outgoing/http-client.ts', 'observability/logger.ts'],
    ['outgoing/http-client.ts', 'generated/prisma/client.ts'],
    ['bridge/planner.ts', 'installations/installations.ts'],
    ['bridge/planner.ts', 'intake/read-event.ts'],
    ['bridge/planner.ts', 'destinations/xm/session.ts'],
    ['bridge/planner.ts', 'destinations/registry.ts'],
    ['bridge/planner.ts', 'compose-bridge.ts'],
    ['intake/read-event.ts', 'bridge/planner.ts'],
    ['intake/read-event.ts', 'iadvize/rest-client.ts'],
    ['installations/installations.ts', 'destinations/xm/definition.ts'],
    ['installations/installations.ts', 'bridge/delivery.ts'],
    ['destinations/xm/session.ts', 'destinations/thulium/client.ts'],
    ['destinations/xm/session.ts', 'destinations/registry.ts'],
    ['destinations/xm/session.ts', 'persistence/secret-box.ts'],
    ['destinations/contract.ts', 'destinations/xm/definition.ts'],
    ['destinations/contract.ts', 'observability/logger.ts'],
    ['destinations/registry.ts', 'outgoing/http-client.ts'],
    ['iadvize/rest-client.ts', 'bridge/domain-events.ts'],
    ['admin/event-list.ts', 'intake/event-store.ts'],
    ['callbacks/callback-routes.ts', 'bridge/courier.ts'],
    ['callbacks/callback-routes.ts', 'destinations/thulium/callback-hints.ts'],
    ['catalogue/catalogue-routes.ts', 'profile/profile-routes.ts'],
    ['cli/main.ts', 'http/errors.ts'],
    ['cli/main.ts', 'compose.ts'],
  ])('%s importing %s', (from, to) => {
    expect(wrongDirections(importing(from, to))).toEqual([`${from} imports ${to}`]);
  });

  test.each([
    ['main.ts', 'destinations/xm/definition.ts'],
    ['compose-bridge.ts', 'intake/read-event.ts'],
    ['intake/read-event.ts', 'bridge/domain-events.ts'],
    ['destinations/registry.ts', 'destinations/xm/xm-destination.ts'],
    ['destinations/xm/session.ts', 'destinations/xm/wire.ts'],
    ['destinations/xm/session.ts', 'destinations/contract.ts'],
    ['bridge/planner.ts', 'destinations/contract.ts'],
  ])('nothing wrong with %s importing %s', (from, to) => {
    expect(wrongDirections(importing(from, to))).toEqual([]);
  });

  test.each([
    `import type { X } from '../bridge/planner.ts';`,
    `export { x } from '../bridge/planner.ts';`,
    `export * from '../bridge/planner.ts';`,
    `import '../bridge/planner.ts';`,
    `const late = await import('../bridge/planner.ts');`,
    `import {\n  one,\n  type Two,\n} from '../bridge/planner.ts';`,
  ])('the import in %j', (text) => {
    expect(wrongDirections(new Map([['http/app.ts', text]]))).toEqual(['http/app.ts imports bridge/planner.ts']);
  });

  test('a room that nobody listed', () => {
    expect(
      wrongDirections(
        new Map([
          ['attic/box.ts', ''],
          ['attic/hat.ts', ''],
        ]),
      ),
    ).toEqual(['attic/ is a room that is not listed']);
  });

  test('a circle, also one of types', () => {
    const files: Files = new Map([
      ['bridge/a.ts', `import { b } from './b.ts';`],
      ['bridge/b.ts', `import type { C } from './c.ts';`],
      ['bridge/c.ts', `import { a } from './a.ts';`],
      ['bridge/d.ts', `import { a } from './a.ts';`],
    ]);
    expect(cycles(files)).toEqual(['bridge/a.ts > bridge/b.ts > bridge/c.ts > bridge/a.ts']);
  });

  test('who knows Express or Prisma', () => {
    const files: Files = new Map([
      ['intake/event-store.ts', `import type { Prisma } from '../generated/prisma/client.ts';`],
      ['intake/intake-routes.ts', `import { Router } from 'express';`],
      ['intake/read-event.ts', `import { Router } from 'express'; import { PrismaPg } from '@prisma/adapter-pg';`],
    ]);
    expect(knowing(files, EXPRESS, mayKnowExpress)).toEqual(['intake/read-event.ts']);
    expect(knowing(files, PRISMA, mayKnowPrisma)).toEqual(['intake/read-event.ts']);
  });

  test('words and shapes', () => {
    for (const text of ['// as XM does', 'isThuliumChat', 'IPTP']) expect(VENDOR_WORD.test(text)).toBe(true);
    expect(VENDOR_WORD.test('maxMs, xmpp_id')).toBe(false);
    expect(DEFAULT_EXPORT.test('export default function x() {}')).toBe(true);
    expect(BARREL.test(`export { a } from './a.ts';`)).toBe(true);
    expect(BARREL.test(`export type * from './a.ts';`)).toBe(true);
    expect(BARREL.test(`export type { Logger } from 'pino';`)).toBe(false);
  });
});

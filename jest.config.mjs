import fs from 'node:fs';
import path from 'node:path';

/** The embedded database has one session, and no server to be cut off from. */
const needsPostgres = 'test/[a-z-]+/postgres/';
/** Servers of the test's own, to be stopped and filled up, are made with PostgreSQL's programs, as its user. */
const needsPrograms = 'reliability/own-server/';

const hasPostgres = process.env.DATABASE_URL !== undefined;
const programs = '/usr/lib/postgresql';
const hasPrograms =
  process.getuid?.() === 0 &&
  fs.existsSync(programs) &&
  fs.readdirSync(programs).some((version) => fs.existsSync(path.join(programs, version, 'bin', 'initdb')));

const leftOut = [
  ...(hasPostgres ? [] : [needsPostgres, needsPrograms]),
  ...(hasPostgres && !hasPrograms ? [needsPrograms] : []),
];
if (hasPostgres && !hasPrograms) process.stderr.write(`Not among these tests, for want of initdb: ${needsPrograms}\n`);

const parser = { syntax: 'typescript' };
const swc = ['@swc/jest', { jsc: { target: 'es2023', parser }, module: { type: 'es6' } }];

// Jest insists on a default export.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...leftOut],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/setup-leak-watch.ts'],
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  maxWorkers: '100%',
  // Modules that tests load are never let go of: a worker that has grown is made anew.
  workerIdleMemoryLimit: '800MB',
  // Tests wait for conditions: this only ends what never comes, on a machine four times as slow as it should be.
  testTimeout: 240_000,
};

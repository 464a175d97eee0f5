import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DESTINATION_TYPES } from '../../src/destinations/registry.ts';
import { checkingTests } from './battery/checking.ts';
import { receivingTests } from './battery/receiving.ts';
import { sendingTests } from './battery/sending.ts';
import { startingTests } from './battery/starting.ts';
import { type ContractWorld, startContractWorld } from './contract-world.ts';
import type { Subject } from './subject.ts';

/** By being listed in the registry; what shows it here lies in the file of its name. */
const SUBJECTS = await Promise.all(
  DESTINATION_TYPES.map(async ({ type }) => {
    const { subject } = (await import(`./subjects/${type}.ts`)) as { subject: Subject };
    return subject;
  }),
);

test('every chat system of the registry is judged, and none twice', () => {
  expect(SUBJECTS.map(({ type }) => type)).toEqual(DESTINATION_TYPES.map(({ type }) => type));
  expect(new Set(SUBJECTS).size).toBe(SUBJECTS.length);
});

describe.each(SUBJECTS)('$type', (subject) => {
  let started: ContractWorld;
  const world = (): ContractWorld => started;

  beforeAll(async () => {
    const type = DESTINATION_TYPES.find((one) => one.type === subject.type);
    if (!type) throw new Error(`${subject.type} does not stand in the registry`);
    started = await startContractWorld(type, subject);
  });
  afterEach(() => {
    started.running.faults.clear();
    delete started.wire.tamper;
  });
  afterAll(() => started.stop());

  describe('starts and ends', () => startingTests(world));
  describe('sends', () => sendingTests(world));
  describe('receives', () => receivingTests(world, subject));
  describe('is checked', () => checkingTests(world));
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  chatsOf,
  installedEarlier,
  listedConversation,
  roundsPass,
  startReconcileWorld,
} from '../bridge/reconcile-world.ts';
import type { BridgeWorld } from '../support/bridge-world.ts';
import { eventually } from '../support/eventually.ts';

const HOUR_MS = 60 * 60_000;

let world: BridgeWorld;
beforeAll(async () => {
  world = await startReconcileWorld({}, { RETENTION_DAYS: '3' });
  await installedEarlier(world, 1, { retentionDays: 2 });
  await installedEarlier(world, 2);
});
afterAll(() => world.stop());

/** The installation is ten days old, and was compared last six days ago: nobody could read its list in between. */
async function comparedLongAgo(installationId: string): Promise<void> {
  const { database } = world.service;
  const statement = `UPDATE installation SET created_at = now() - interval '10 days' WHERE id = $1`;
  await database.query(statement, [installationId]);
  const moveBack = `
    UPDATE reconcile SET cursor = now() - interval '6 days' WHERE installation_id = $1 AND lease_owner IS NULL RETURNING 1`;
  await eventually(
    () => database.query(moveBack, [installationId]),
    (moved) => moved.length === 1,
  );
}

test('What is older than conversations are kept is not bridged again when iAdvize’s list can be read again', async () => {
  const listed = [
    {
      forgotten: listedConversation(world, 1, 801, { agoMs: 60 * HOUR_MS }),
      kept: listedConversation(world, 1, 802, { agoMs: 40 * HOUR_MS }),
    },
    {
      forgotten: listedConversation(world, 2, 803, { agoMs: 80 * HOUR_MS }),
      kept: listedConversation(world, 2, 804, { agoMs: 60 * HOUR_MS }),
    },
  ];
  for (const id of ['ha-1', 'ha-2']) await comparedLongAgo(id);
  for (const { kept } of listed) {
    const isOver = (chats: string[][]): boolean => chats.at(-1)?.at(-1) === '(end)';
    await eventually(() => chatsOf(world, kept), isOver);
  }
  await roundsPass(world);
  for (const { forgotten } of listed) expect(chatsOf(world, forgotten)).toEqual([]);
});

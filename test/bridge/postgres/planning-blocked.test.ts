import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import { openDatabase } from '../../../src/persistence/open-database.ts';
import { createSender, type Sender } from '../../simulators/iadvize-sender.ts';
import { type ChatStage, startChatStage } from '../../support/chat-stage.ts';
import { eventually } from '../../support/eventually.ts';
import { withClient } from '../../support/postgres-admin.ts';
import { createPostgresDatabase } from '../../support/test-database.ts';
import { SECRET } from '../../support/test-environment.ts';
import { startTestService, type TestService } from '../../support/test-service.ts';

const TEXTS = ['one', 'two', 'two', 'three'];
const WHOLE = [[expect.stringContaining('[iAdvize]'), ...TEXTS, '(end)']];
/** More than the eight failures of its own after which an event is given up. */
const MANY_FAILURES = 10;
/** For statements, which have seconds otherwise. */
const LIMIT_MS = 300;

let stage: ChatStage;
let service: TestService;
let sender: Sender;
let databaseUrl: string;
let drop: () => Promise<void>;

beforeAll(async () => {
  stage = await startChatStage();
  ({ url: databaseUrl, drop } = await createPostgresDatabase(process.env['DATABASE_URL'] ?? ''));
  const database = await openDatabase({ databaseUrl, dataDir: '' });
  service = await startTestService(stage.environment, {
    database: { ...database, transaction: (work) => database.transaction(work, LIMIT_MS) },
    planning: { retryBaseMs: 20, retryMaxMs: 100 },
  });
  await service.admin('POST', '/installations', stage.installation(1, ['thulium']));
  sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET, retryDelaysMs: [] });
});
afterAll(async () => {
  sender.close();
  await service.stop();
  await drop();
  await stage.close();
});

/** The most failures that one event has had. */
function failures(logs: string): number {
  const counts = new Map<string, number>();
  for (const [, id = ''] of logs.matchAll(/"event":"planning-(?:failed|blocked)","storedEvent":"(\d+)"/g)) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

test.each([
  { id: 1, what: 'holds the table of deliveries', begin: 'BEGIN; LOCK TABLE delivery', end: 'ROLLBACK' },
  {
    id: 2,
    what: 'has taken the table of deliveries away',
    begin: 'ALTER TABLE delivery RENAME TO elsewhere',
    end: 'ALTER TABLE elsewhere RENAME TO delivery',
  },
])(
  'When somebody $what for long, then what was taken is planned afterwards, whole and in order',
  async ({ id, begin, end }) => {
    const logged = service.logs().length;
    const { started, closed } = stage.conversation(1, id, TEXTS);
    await withClient(databaseUrl, async (client: Client) => {
      await client.query(begin);
      for (const event of [started, closed]) expect((await sender.send(event)).accepted).toBe(true);
      await eventually(
        () => failures(service.logs().slice(logged)),
        (count) => count >= MANY_FAILURES,
      );
      expect(stage.seenInThulium(id)).toEqual([]);
      await client.query(end);
    });
    await eventually(
      () => stage.seenInThulium(id),
      (chats) => chats.at(-1)?.at(-1) === '(end)',
    );
    expect(stage.seenInThulium(id)).toEqual(WHOLE);
  },
);

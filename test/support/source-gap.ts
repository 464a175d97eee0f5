import { setTimeout as pause } from 'node:timers/promises';
import { chatsOf, listedConversation, SITE_ZONE } from '../bridge/reconcile-world.ts';
import { createSender } from '../simulators/iadvize-sender.ts';
import { type ChatStage } from './chat-stage.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import type { Storage } from './storage.ts';
import { SECRET } from './test-environment.ts';

export interface SourceGap {
  stage: ChatStage;
  storage: Storage;
  /** Started before and after the gap. */
  entry: string;
  environment?: NodeJS.ProcessEnv;
  conversations: number;
  /** The waits of the sender between its tries; it gives up while the service is off. */
  retryDelaysMs: readonly number[];
  /** For how long the service is off. */
  offMs: number;
  /** Until everything is found. */
  patienceMs: number;
}

export interface GapResult {
  /** Events that the sender gave up. */
  givenUp: number;
  /** What agents saw of every conversation, one list for each chat that was started. */
  seen: string[][][];
  /** From the moment the service took calls again to the start of its chat, in ms, of every conversation; quickest first. */
  foundAfterMs: number[];
}

const TEXTS = ['hello', 'ok'];

/**
 * Conversations of which the service heard nothing, as it was off until the sender had given up. Judged by the sender's
 * results and the chat system's ledger.
 */
export async function fallIntoGap(gap: SourceGap): Promise<GapResult> {
  const { stage, storage, entry, conversations, retryDelaysMs, offMs } = gap;
  const port = await freePort();
  const environment = { ...storage.environment, ...stage.environment, PORT: String(port), ...gap.environment };
  const start = (): Promise<ServiceProcess> => startServiceProcess(environment, entry);
  const sender = createSender({
    targetUrl: `http://127.0.0.1:${port}/iadvize/webhooks`,
    secret: SECRET,
    retryDelaysMs,
  });
  let service = await start();
  try {
    stage.rest.setWebsite({ id: 1, timezone: SITE_ZONE });
    const answer = await service.admin('POST', '/installations', stage.installation(1, ['thulium']));
    if (answer.status !== 201) throw new Error(`installing failed: ${await answer.text()}`);
    await service.end('SIGTERM');

    const offSince = performance.now();
    // What began before it was installed is not its own, by clocks that count in seconds.
    await pause(2_000);
    const missed = Array.from({ length: conversations }, (_, index) =>
      listedConversation(stage, 1, index + 1, { agoMs: 0, texts: TEXTS }),
    );
    const events = missed.flatMap(({ started, closed }) => [started(), closed()]);
    const sent = await Promise.all(events.map((event) => sender.send(event)));
    await pause(Math.max(0, offMs - (performance.now() - offSince)));

    service = await start();
    const onSince = Date.now();
    const isOver = (chats: string[][]): boolean => chats.at(-1)?.at(-1) === '(end)';
    for (const one of missed) await eventually(() => chatsOf(stage, one), isOver, gap.patienceMs);
    const starts = stage.thulium.ledger.entries().filter(({ kind }) => kind === 'start');
    return {
      givenUp: sent.filter(({ accepted }) => !accepted).length,
      seen: missed.map((one) => chatsOf(stage, one)),
      foundAfterMs: starts.map(({ at }) => Date.parse(at) - onSince).sort((one, other) => one - other),
    };
  } finally {
    sender.close();
    await service.end('SIGTERM');
  }
}

import { once } from 'node:events';
import { KURTKA, OVERTAKEN, teachIadvize, TRANSFER } from './conversations.ts';
import { type DemoWorld, startDemoWorld } from './demo-world.ts';
import { followChatSystems, heading, say, showChat } from './narrator.ts';
import { seenChats } from './remote-chats.ts';
import { judge, type SeenEvents } from './verdict.ts';

const GIVE_UP_AFTER_MS = 40_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function send(world: DemoWorld, what: string, event: object): Promise<void> {
  const { attempts } = await world.sender.send(event);
  say('iAdvize →', `${what}: ${attempts.map((attempt) => attempt.status ?? 'no answer').join(', ')}`);
}

/** The last attempt's status of a webhook that somebody else signed. */
async function sendForged(world: DemoWorld): Promise<number | null> {
  const signature = `sha256=${'0'.repeat(64)}`;
  const { attempts } = await world.sender.send(KURTKA.closed(), { signature });
  const status = attempts.at(-1)?.status ?? null;
  say('a stranger', `a forged "conversation closed": ${attempts.map((attempt) => attempt.status).join(', ')}`);
  return status;
}

/** Three conversations at once, with everything that may go wrong on the way. Returns what the forger was told. */
async function playStory(world: DemoWorld): Promise<number | null> {
  heading('Three conversations, a duplicate, a forgery, and Thulium in trouble');
  const start = KURTKA.started();
  await send(world, `${KURTKA.number} started (${KURTKA.title})`, start);
  await send(world, `${TRANSFER.number} started (${TRANSFER.title})`, TRANSFER.started());
  await send(world, `${KURTKA.number} started, the same webhook again`, start);
  await pause(600);

  say('✗ Thulium', 'from here on: 503 to everything for a while, then a line cut after the work was done');
  world.thulium.faults.add({ match: () => true, times: 6, kind: 'status', status: 503 });
  world.thulium.faults.add({ match: { path: /\/message$/ }, times: 2, kind: 'accept-then-cut' });

  const forged = sendForged(world);
  await send(world, `${OVERTAKEN.number} closed (${OVERTAKEN.title})`, OVERTAKEN.closed());
  await send(world, `${TRANSFER.number} transferred to Paul`, TRANSFER.started({ operatorId: 8 }));
  await send(world, `${KURTKA.number} closed`, KURTKA.closed());
  await pause(500);
  await send(world, `${OVERTAKEN.number} started, late`, OVERTAKEN.started());
  await pause(500);
  await send(world, `${TRANSFER.number} closed`, TRANSFER.closed());
  return forged;
}

async function waitForTheEnd(world: DemoWorld): Promise<void> {
  const ended = {
    thulium: (entry: { kind: string }) => entry.kind === 'stop',
    xm: (e: { kind: string }) => e.kind === 'leave',
  };
  const options = { timeoutMs: GIVE_UP_AFTER_MS };
  await world.thulium.ledger.waitFor((entries) => entries.filter(ended.thulium).length === 3, options);
  await world.xm.ledger.waitFor((entries) => entries.filter(ended.xm).length === 3, options);
}

async function verdict(world: DemoWorld, forgedStatus: number | null): Promise<boolean> {
  heading('What each agent sees');
  const chats = seenChats(world.thulium, world.xm);
  chats.forEach(showChat);
  heading('Is it right?');
  const events = (await (await world.service.admin('GET', '/events')).json()) as SeenEvents;
  const findings = judge(chats, events, forgedStatus);
  for (const { right, sentence } of findings) console.log(`${right ? '✔' : '✘ WRONG:'} ${sentence}`);
  return findings.every((finding) => finding.right);
}

function showHowToGoOn(world: DemoWorld): void {
  const { service, environment, thulium, xm, rest } = world;
  heading('Still running; Ctrl-C ends it');
  console.log(`service   ${service.url}/health
thulium   ${thulium.url}   xm   ${xm.url}   iAdvize REST   ${rest.url}

Send a webhook of your own:
  body='{"eventId":"'$(cat /proc/sys/kernel/random/uuid)'","eventType":"conversation.started","platform":"ha","websiteId":123,"clientId":1,"conversationId":777,"operatorId":7,"channel":"chat","createdAt":"2026-01-01T10:00:00Z","sentAt":"2026-01-01T10:00:00Z"}'
  curl -i ${service.url}/iadvize/webhooks -H 'Content-Type: application/json' \\
    -H "X-iAdvize-Signature: sha256=$(printf %s "$body" | openssl dgst -sha256 -hmac ${environment.IADVIZE_SECRET_TOKENS} | sed 's/.* //')" -d "$body"

See what became of it:
  curl -s ${service.url}/admin/api/deliveries?conversation=777 -H 'Authorization: Bearer ${environment.ADMIN_TOKEN}'`);
}

async function main(): Promise<boolean> {
  heading('Starting');
  say('demo', 'simulators of iAdvize, Thulium and XM, and the service on an embedded database (a few seconds)');
  const world = await startDemoWorld();
  try {
    teachIadvize(world.rest);
    say('service', `listening at ${world.service.url}`);
    const installed = await world.service.admin('POST', '/installations', world.installation);
    if (installed.status !== 201) throw new Error(`installing was refused: ${await installed.text()}`);
    say('operator', 'installed "Shop PL" (ha-123): Thulium is primary, XM is watching');
    const unfollow = followChatSystems(world.thulium, world.xm);
    const forgedStatus = await playStory(world);
    await waitForTheEnd(world);
    await pause(50);
    unfollow();
    const right = await verdict(world, forgedStatus);
    if (process.argv.includes('--keep')) {
      showHowToGoOn(world);
      await once(process, 'SIGINT');
    }
    return right;
  } finally {
    await world.stop();
  }
}

main().then(
  (right) => {
    console.log(right ? '\nAll of it is right.' : '\nSomething is wrong: see above.');
    process.exitCode = right ? 0 : 1;
  },
  (error: unknown) => {
    console.error(`\nThe demo could not finish: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  },
);

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signBody } from '../simulators/iadvize-signature.ts';
import { eventually } from '../support/eventually.ts';
import { type ProcessWorld, startProcessWorld } from '../support/process-world.ts';
import { type RunningService, SHAPES } from '../support/running-service.ts';
import { SECRET } from '../support/test-environment.ts';

/** What somebody who recorded a signed request can do with it, judged by the chat system's ledger and the metrics. */
const CAPTURED_ID = 77;
const FRESH_IDS = () => ({ 'X-iAdvize-Delivery': crypto.randomUUID(), 'X-iAdvize-CorrelationId': crypto.randomUUID() });

let world: ProcessWorld;
let service: RunningService;
let captured: { start: string; close: string };

/** Sends these bytes to the next web; the signature is theirs unless told. Resolves with the status. */
function post(body: string, headers: Record<string, string> = {}, signature = signBody(SECRET, body)): Promise<number> {
  return new Promise((resolve, reject) => {
    const signed = { 'Content-Type': 'application/json', 'X-iAdvize-Signature': signature, ...headers };
    const outgoing = request(
      `${service.url}/iadvize/webhooks`,
      { method: 'POST', agent: false, headers: signed },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const counted = (status: string): Promise<number> => service.counted(`connector_events_total{status="${status}"}`);

/** Another conversation from start to end: by then, whatever a replay set going has happened. */
async function nextIsOver(id: number): Promise<void> {
  const { started, closed } = world.stage.conversation(1, id, [`of ${id}`]);
  const ends = (): number => world.stage.thulium.ledger.entries().filter(({ kind }) => kind === 'stop').length;
  const before = ends();
  for (const event of [started, closed]) expect(await post(JSON.stringify(event))).toBe(202);
  await eventually(ends, (count) => count > before, 15_000);
}

const effects = (): number => world.stage.thulium.ledger.entries().length;

describe.each(SHAPES)('With $shape', ({ roles }) => {
  beforeAll(async () => {
    world = await startProcessWorld();
    service = await world.startAs(roles);
    await world.install(service, 1, ['thulium']);
    const { started, closed } = world.stage.conversation(1, CAPTURED_ID, ['hello']);
    captured = { start: JSON.stringify(started), close: JSON.stringify(closed) };
    for (const body of [captured.start, captured.close]) expect(await post(body)).toBe(202);
    await eventually(
      () => world.stage.seenInThulium(CAPTURED_ID).at(-1)?.at(-1),
      (last) => last === '(end)',
    );
  });
  afterAll(() => world.stop());

  test('A captured request that is sent again, with its own headers or new ones, is counted and has no effect', async () => {
    const before = { effects: effects(), duplicates: await counted('duplicate') };
    for (const body of [captured.start, captured.close]) {
      expect([await post(body), await post(body, FRESH_IDS())]).toEqual([202, 202]);
    }
    expect(await counted('duplicate')).toBe(before.duplicates + 4);
    const ofOne = effects();
    await nextIsOver(78);
    expect(ofOne).toBe(before.effects);
    const texts = world.stage
      .seenInThulium(CAPTURED_ID)
      .flat()
      .filter((text) => text === 'hello');
    expect(texts).toHaveLength(1);
  });

  test('Another well-signed body under the id of an earlier one is counted as what it is, and has no effect', async () => {
    const before = await counted('duplicate-anomaly');
    const other = JSON.stringify({ ...(JSON.parse(captured.start) as object), operatorId: 99 });
    expect(await post(other)).toBe(202);
    expect(await counted('duplicate-anomaly')).toBe(before + 1);
    const starts = (): number => world.stage.thulium.ledger.entries().filter(({ kind }) => kind === 'start').length;
    const started = starts();
    await nextIsOver(79);
    expect(starts()).toBe(started + 1);
  });

  test('A captured request with one byte changed, wherever, is refused', async () => {
    const before = effects();
    const signature = signBody(SECRET, captured.start);
    for (let at = 0; at < captured.start.length; at += 7) {
      const changed =
        captured.start.slice(0, at) + (captured.start[at] === '1' ? '2' : '1') + captured.start.slice(at + 1);
      expect(await post(changed, FRESH_IDS(), signature)).toBe(401);
    }
    for (const changed of [`${captured.start} `, captured.start.slice(0, -1), '']) {
      expect(await post(changed, {}, signature)).toBe(401);
    }
    expect(effects()).toBe(before);
  });
});

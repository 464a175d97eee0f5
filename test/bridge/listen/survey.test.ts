import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type BridgeWorld, conversationOf, startBridgeWorld } from '../../support/bridge-world.ts';
import { eventually } from '../../support/eventually.ts';
import { remoteTexts, type SeenConversation } from '../../support/listening-world.ts';

const LONG_MS = 300_000;
const SHORT_MS = 2_000;

let world: BridgeWorld;
let next = 7_300;

beforeAll(async () => {
  world = await startBridgeWorld();
  const left = (surveyMs: number) => world.servicepatternDestination({ endWith: 'disconnect', surveyMs });
  await world.install(1, [left(LONG_MS)]);
  await world.install(2, [left(SHORT_MS)]);
});
afterAll(() => world.stop());

async function destination(id: string) {
  const path = `/conversations/${encodeURIComponent(id)}`;
  const { body } = await world.service.admin<SeenConversation>('GET', path);
  return body.destinations[0]!;
}

const isOver = ({ listener }: SeenConversation['destinations'][number]): boolean => listener === null;

/** A conversation that iAdvize closed, whose session was left to the scenario. */
async function disconnected(websiteId: number) {
  const { length } = world.servicepattern.ledger.entries();
  const conversation = conversationOf(websiteId, (next += 1));
  conversation.readable(world, []);
  await world.sender.send(conversation.started());
  await world.sender.send(conversation.closed());
  const ends = () =>
    world.servicepattern.ledger
      .entries()
      .slice(length)
      .flatMap((entry) => (entry.kind === 'end' ? [entry] : []));
  const [end] = await eventually(ends, ({ length: count }) => count > 0);
  expect(end).toMatchObject({ how: 'disconnect' });
  return { id: conversation.id, scenario: world.servicepattern.agent(end!.chatId, { type: 'scenario' }) };
}

test('What the scenario writes after a disconnect is read, until it ends the session', async () => {
  const { id, scenario } = await disconnected(1);
  const texts = ['How did we do?', 'Would you come again?', 'Thank you!'];
  // One after the other: a single last reading would not see them all.
  for (const [index, text] of texts.entries()) {
    scenario.write(text);
    const shown = await eventually(
      async () => remoteTexts(await destination(id)),
      (all) => all.length > index,
    );
    expect(shown).toEqual(texts.slice(0, index + 1));
  }
  scenario.end();
  await eventually(() => destination(id), isOver);
});

test('A session whose survey nobody ends is not read for ever', async () => {
  const closedAt = Date.now();
  const { id } = await disconnected(2);
  await eventually(() => destination(id), isOver);
  expect(Date.now() - closedAt).toBeGreaterThanOrEqual(SHORT_MS);
});

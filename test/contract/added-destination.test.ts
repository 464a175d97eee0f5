import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSender, type Sender } from '../simulators/iadvize-sender.ts';
import { startToy, type ToySimulator } from '../simulators/toy-simulator.ts';
import { eventually } from '../support/eventually.ts';
import { remoteTexts, type SeenConversation, talk, toyDestination } from '../support/listening-world.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { SECRET } from '../support/test-environment.ts';
import { copyProjectWithToy, type ProjectWithToy } from './added-toy.ts';

let toy: ToySimulator;
let project: ProjectWithToy;
let service: ServiceProcess;
let sender: Sender;
/** What must go again, also when not everything could be started. */
const leftovers: (() => unknown)[] = [];

beforeAll(async () => {
  project = await copyProjectWithToy();
  leftovers.push(() => project.remove());
  toy = await startToy();
  leftovers.push(() => toy.close());
  service = await startServiceProcess({ DATA_DIR: project.file('data') }, project.file('src/main.ts'));
  leftovers.push(() => service.end('SIGTERM'));
  sender = createSender({ targetUrl: `${service.url}/iadvize/webhooks`, secret: SECRET });
  leftovers.push(() => sender.close());
});
afterAll(async () => {
  for (const remove of leftovers.reverse()) await remove();
});

const installing = (destination: object): Promise<Response> =>
  service.admin('POST', '/installations', {
    ...{ platform: 'ha', websiteId: 1, label: 'Shop' },
    destinations: [destination],
  });

test.each([
  [{ waitMs: 'long' }, 'destinations.0.settings.waitMs'],
  [{ unheardOf: 1 }, 'unheardOf'],
])('its settings are judged like those of any other: %j', async (settings, named) => {
  const answer = await installing(toyDestination(toy.url, 'toy', settings));
  expect(answer.status).toBe(422);
  expect(JSON.stringify(await answer.json())).toContain(named);
});

test('it carries a conversation, both ways and to the end', async () => {
  expect((await installing(toyDestination(toy.url))).status).toBe(201);
  const { id, started, closed } = talk(1);
  await sender.send(started);
  const chat = await toy.chatOf(id);
  await toy.ledger.waitFor(() => toy.asked(chat, 'message').some(({ text }) => text?.includes('Shop')));

  toy.agentWrites(chat, 'Dzień dobry 👋');
  const read = async (): Promise<string[]> => {
    const answer = await service.admin('GET', `/conversations/${encodeURIComponent(id)}`);
    const { destinations } = (await answer.json()) as SeenConversation;
    return destinations.flatMap(remoteTexts);
  };
  expect(await eventually(read, (texts) => texts.length > 0)).toEqual(['Dzień dobry 👋']);

  await sender.send(closed);
  await toy.ledger.waitFor(() => toy.asked(chat, 'end').length === 1);
  expect(toy.asked(chat, 'start')).toHaveLength(1);
});

test('it stands in the OpenAPI document with its settings', async () => {
  const document = await (await fetch(`${service.url}/openapi.json`)).text();
  expect(document).toContain('"const":"toy"');
  expect(document).toContain('How long a poll waits, in ms.');
});

test('it stands in the README with what it can do, and its settings in its folder', async () => {
  const before = await project.read('README.md');
  await project.run('tsx/dist/cli.mjs', 'deploy/generate-docs.ts');
  const readme = await project.read('README.md');
  expect(before).not.toContain('(`toy`)');
  expect(readme).toContain('- Toy (`toy`): [its own settings](src/destinations/toy/SETTINGS.md)');
  expect(readme).toMatch(/^\| Capability \|.* Toy \|/m);
  const settings = await project.read('src/destinations/toy/SETTINGS.md');
  expect(settings).toMatch(/`waitMs`.*How long a poll waits, in ms\./);
});

test('nothing else has to change for the compiler', async () => {
  await project.run('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.build.json');
});

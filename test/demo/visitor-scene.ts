import { eventually } from '../support/eventually.ts';
import type { Checks } from './checks.ts';
import { CONVERSATIONS, customerNumberOf, KURTKA, OVERTAKEN, visitorIdOf, WEBSITE } from './conversations.ts';
import type { DemoWorld } from './demo-world.ts';
import { detail, heading, milliseconds, say, short } from './narrator.ts';
import type { Fields, TimedAnswer } from './plugin-calls.ts';

interface SeenField {
  id: string;
  label: string;
  value: string;
  fieldType: string;
}

const PROFILE = '/iadvize/visitor-profile';
const LOYALTY = 'Karta stałego klienta';
const LOYALTY_LEVELS = ['Złota', 'Srebrna', 'Brązowa'];
/** What an agent waits for at most, and what the way there and back may add on a busy machine. */
const BUDGET_MS = 1_500;
const SLACK_MS = 2_000;
/** Far beyond both. */
const SLOW_MS = 6_000;

/** What iAdvize sends of a visitor when an agent opens their profile. */
export function profileQuery(number: number, email: string, operatorLocale: string): Fields {
  return {
    emailVisitor: email,
    idVisitorExternal: customerNumberOf(number),
    idVisitorUnique: visitorIdOf(number),
    idWebsite: `ha-${WEBSITE}`,
    operatorLocale,
    idOperator: 'ha-7',
  };
}

/** An agent opens a profile in their language, also while iAdvize itself is slow; nobody else gets to see it. */
export async function playProfile(world: DemoWorld, { check }: Checks): Promise<void> {
  heading('First act: an agent opens a visitor’s profile');
  await importCustomers(world);
  const { person, number } = KURTKA;
  const query = (locale: string) => profileQuery(number, person.email, locale);
  const open = (asked: Fields) => world.plugin.get<SeenField[]>(PROFILE, asked);

  const french = await openWhole(world, query('fr'), (values) => 'name' in values && 'thulium-name' in values);
  say('agent', `opens the profile of ${person.firstname} ${person.lastname}, in French, in ${milliseconds(french.ms)}`);
  french.body.forEach(showField);
  const values = valuesOf(french.body);
  check(values['name'] === `${person.firstname} ${person.lastname}`, 'iAdvize’s own record of the visitor is there');
  check(values[`list-${LOYALTY}`] === LOYALTY_LEVELS[0], 'the client’s customer list is there');
  check('thulium-group' in values, 'Thulium’s customer base is there');

  const polish = await openWhole(world, query('pl'), (shown) => 'name' in shown);
  say('agent', `opens it in Polish, in ${milliseconds(polish.ms)}`);
  detail(`│ ${short(polish.body.map(({ label }) => label).join(', '))}`);
  const city = (fields: SeenField[]) => fields.find(({ id }) => id === 'city')?.label;
  check(city(french.body) === 'Ville' && city(polish.body) === 'Miasto', 'labels are in the language of the agent');

  world.rest.faults.add({ match: { path: /visitor/ }, kind: 'delay', ms: SLOW_MS });
  const late = await open(query('pl'));
  say(
    '✗ iAdvize',
    `takes ${SLOW_MS / 1000} s to answer; the profile opens in ${milliseconds(late.ms)} with ${late.body.length} fields`,
  );
  const rest = valuesOf(late.body);
  const isThere = rest['name'] === undefined && rest[`list-${LOYALTY}`] === LOYALTY_LEVELS[0];
  check(late.ms < BUDGET_MS + SLACK_MS && isThere, 'what is late is left out, and the rest is there in time');

  const mixed = await open(profileQuery(OVERTAKEN.number, person.email, 'pl'));
  check(mixed.body.length === 0, 'an e-mail and a customer number of two people: nothing of either is shown');
  const stranger = { ...query('pl'), idWebsite: 'ha-999' };
  check((await open(stranger)).body.length === 0, 'another website gets nothing of it');
  const unsigned = await world.plugin.get(PROFILE, query('pl'), 'sha256=0');
  check(unsigned.status === 401, `a call that iAdvize did not sign is refused (${unsigned.status})`);
}

/** After the second act: the conversation that was carried is part of the profile. */
export async function checkHistory(world: DemoWorld, { check }: Checks): Promise<void> {
  const { number, person } = KURTKA;
  const id = `conversation-ha-${WEBSITE}:${number}`;
  const { body } = await openWhole(world, profileQuery(number, person.email, 'pl'), (values) => id in values);
  const line = body.find((field) => field.id === id);
  if (line) say('agent', `opens the profile again: ${line.label}: ${line.value}`);
  check(line?.value.includes('Marie') === true, 'the profile now tells of that conversation, and who answered');
}

/** On a busy machine a source may come too late; then the agent opens the profile again, as people do. */
async function openWhole(
  { plugin }: DemoWorld,
  query: Fields,
  isWhole: (values: Record<string, string>) => boolean,
): Promise<TimedAnswer<SeenField[]>> {
  for (let left = 5; ; left -= 1) {
    const answer = await plugin.get<SeenField[]>(PROFILE, query);
    if (left === 0 || isWhole(valuesOf(answer.body))) return answer;
    say('agent', 'opens the profile, but something came too late; opens it again');
  }
}

/** People of the client's list, as any CRM exports them. */
async function importCustomers({ service, installationId }: DemoWorld): Promise<void> {
  const list = CONVERSATIONS.map(({ number, person }, index) => ({
    email: person.email,
    external_id: customerNumberOf(number),
    [LOYALTY]: LOYALTY_LEVELS[index],
    'Ostatnie zamówienie': `https://shop.example/zamowienia/${number}`,
  }));
  const path = `/installations/${installationId}/customers`;
  const started = await service.admin('POST', path, list);
  if (started.status !== 202) throw new Error(`the customer list was refused: ${await started.text()}`);
  await eventually(
    async () => (await (await service.admin('GET', path)).json()) as { live: object | null },
    ({ live }) => live !== null,
  );
  say('operator', `imports the client’s customer list (${list.length} people)`);
}

function showField({ label, value, fieldType }: SeenField): void {
  detail(fieldType === 'ACTION' ? `│ [ ${label} ]` : `│ ${label}: ${value}`);
}

const valuesOf = (fields: readonly SeenField[]): Record<string, string> =>
  Object.fromEntries(fields.map(({ id, value }) => [id, value]));

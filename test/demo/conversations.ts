import { conversationClosed, conversationStarted, history } from '../simulators/iadvize-events.ts';
import type { IadvizeRestSimulator } from '../simulators/iadvize-rest-simulator.ts';

export const WEBSITE = 123;

const LONG_TEXT =
  'Dzień dobry! Zamówiłam w piątek żółtą kurtkę 🧥 i dwie pary rękawiczek 🧤🧤, a śledzenie przesyłki 📦 od trzech dni ' +
  'pokazuje to samo: „w drodze”. Proszę sprawdzić, gdzie jest paczka i czy zdąży dotrzeć przed niedzielą, bo to prezent ' +
  'na urodziny 🎂 mojej córki 👩‍👧. Jeśli nie zdąży, wolałabym odebrać ją sama w sklepie przy ul. Świętokrzyskiej. ' +
  'Dziękuję i życzę miłego dnia! 🌞';

type Line = Parameters<typeof history>[0][number];

interface Person {
  firstname: string;
  lastname: string;
  email: string;
  city: string;
  country: string;
}

/** One iAdvize conversation of the demo: its events, and what REST knows of it. */
export interface DemoConversation {
  number: number;
  title: string;
  person: Person;
  lines: Line[];
  started(overrides?: object): object;
  closed(): object;
}

function conversation(number: number, title: string, person: Person, lines: Line[]): DemoConversation {
  const ids = {
    platform: 'ha',
    websiteId: WEBSITE,
    conversationId: number,
    visitorId: visitorIdOf(number),
    operatorId: 7,
  };
  const now = (): object => ({ createdAt: new Date().toISOString(), sentAt: new Date().toISOString() });
  return {
    number,
    title,
    person,
    lines,
    started: (overrides = {}) => conversationStarted({ ...ids, ...now(), ...overrides }),
    closed: () => conversationClosed({ ...ids, ...now() }),
  };
}

/** iAdvize's id of the visitor of a conversation. */
export const visitorIdOf = (number: number): string => number.toString(16).padStart(45, 'c');

/** The client's own number of that visitor. */
export const customerNumberOf = (number: number): string => `K-${number}`;

export const KURTKA = conversation(
  501,
  'a long one, with emoji and Polish text',
  { firstname: 'Zofia', lastname: 'Wójcik', email: 'zofia@example.org', city: 'Łódź', country: 'PL' },
  [
    { from: 'page', text: 'https://shop.example/kurtki/zolta' },
    { from: 'visitor', text: LONG_TEXT },
    { from: 'operator', text: 'Dzień dobry, pani Zofio! Już sprawdzam. 🔎' },
    { from: 'visitor', text: 'ok' },
    { from: 'visitor', text: 'ok' },
    { from: 'operator', text: 'Paczka będzie jutro do 12:00.' },
    { from: 'notice', text: 'OPERATOR_CHAT_CLOSE' },
  ],
);

export const TRANSFER = conversation(
  502,
  'one that is transferred to another agent',
  { firstname: 'Ana', lastname: 'Ruiz', email: 'ana@example.org', city: 'Madrid', country: 'ES' },
  [
    { from: 'visitor', text: 'Hello, can I change my invoice address?' },
    { from: 'notice', text: 'The conversation was transferred.' },
    { from: 'operator', text: 'Of course. I sent you the form.' },
  ],
);

export const OVERTAKEN = conversation(
  503,
  'one whose close overtakes its start',
  { firstname: 'Jan', lastname: 'Kowalski', email: 'jan@example.org', city: 'Gdańsk', country: 'PL' },
  [
    { from: 'visitor', text: 'Is the shop open today?' },
    { from: 'operator', text: 'Yes, until 8 pm.' },
  ],
);

export const CONVERSATIONS = [KURTKA, TRANSFER, OVERTAKEN];

/** Makes visitors, histories and agents known to iAdvize's REST API. */
export function teachIadvize(rest: IadvizeRestSimulator): void {
  rest.setOperator({ id: 7, pseudo: 'Marie' });
  rest.setOperator({ id: 8, pseudo: 'Paul' });
  for (const { number, person, lines } of CONVERSATIONS) {
    const ids = { unique_id: visitorIdOf(number), external_id: customerNumberOf(number), website_id: [WEBSITE] };
    rest.setVisitor({ id: number, phone: '', ...ids, ...person });
    rest.setConversation({ id: number, website_id: WEBSITE, operator_id: 7, history: history(lines) });
  }
}

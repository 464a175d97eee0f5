import { expect, test } from '@jest/globals';
import { mentions } from '../../src/privacy/mentions.ts';

const needles = {
  emails: new Set(['zoe@people.example']),
  visitors: new Set(['a7b94266db827c5b8f04586e8e543abd']),
  externalIds: new Set(['11']),
  conversations: new Set(['ha-1:456', 'ha-1:4c8c7408-f73c-42cd-89e9-afbbee7d9024']),
  numbers: new Set(['456', '4c8c7408-f73c-42cd-89e9-afbbee7d9024']),
};
const isAbout = (body: string | object, installationId: string | null = null): boolean =>
  mentions({ installationId, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }, needles);

test.each([
  ['the visitor', { visitorId: 'a7b94266db827c5b8f04586e8e543abd' }],
  ['a number', { visitorExternalId: 11 }],
  ['the visitor inside', { visitor: { ids: [{ external: '11' }] } }],
  ['the conversation', { parameters: { conversation_id: 456 } }],
  ['an address wherever it stands', { anything: [{ else: ' Zoe@People.Example ' }] }],
  ['an escaped address', '{"mail":"zoe\\u0040people.example"}'],
  ['an address in a form', 'name=x&mail=Zoe%40people.example'],
  ['an id in what does not parse', '{"conversationId":"4c8c7408-f73c-42cd-89e9-afbbee7d9024",'],
])('An event is about somebody by %s', (_, body) => {
  expect(isAbout(body)).toBe(true);
});

test.each([
  ['the same number in another place', { score: 11, websiteId: 456, operatorId: 11 }],
  ['a longer id', { visitorId: '111', conversationId: '4567' }],
  ['another address', { mail: 'chloezoe@people.example' }],
  ['a short id in what does not parse', 'visitorId=11&conversationId=456'],
  ['nothing', ''],
  ['a value alone', '11'],
  ['what is nested deeper than a stack', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
])('An event is not about somebody by %s', (_, body) => {
  expect(isAbout(body)).toBe(false);
});

test('A number is a conversation of the website that the event came from', () => {
  const event = { conversationId: 456 };
  expect([isAbout(event, 'ha-1'), isAbout(event, 'ha-2'), isAbout(event)]).toEqual([true, false, true]);
});

test('The visitor number of today’s events is not the client’s own id', () => {
  expect(isAbout({ websiteId: 1, visitorExternalId: '11' })).toBe(true);
  expect(isAbout({ projectId: 1, visitorExternalId: '11' })).toBe(false);
});

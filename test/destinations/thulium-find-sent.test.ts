import { describe, expect, test } from '@jest/globals';
import { thuliumSettings } from '../../src/destinations/thulium/definition.ts';
import { chatsLike, findText as findTextBy } from '../../src/destinations/thulium/find-sent.ts';
import { chatSchema } from '../../src/destinations/thulium/wire.ts';

const chat = (messages: object[], fields: object = {}) =>
  chatSchema.parse({ conversation_id: 'c1', status: 'CREATED', messages, ...fields });
const settings = (given: object = {}) =>
  thuliumSettings.parse({
    ...{ baseUrl: 'https://acme.thulium.com/api', apiUser: 'u', apiPassword: 'p', chatQueueId: 3 },
    ...given,
  });
const findText = (...[seen, wanted]: [ReturnType<typeof chat> | undefined, Parameters<typeof findTextBy>[1]]) =>
  findTextBy(seen, wanted, settings());
const message = (equalBefore: number, maybeBefore = 0) => ({ key: 'k', text: 'ok', equalBefore, maybeBefore });

describe('looking for a text', () => {
  test('Equal texts are counted: one more than was confirmed is the doubtful one', () => {
    const seen = chat([
      { sent_by: 'CLIENT', text: 'ok' },
      { sent_by: 'customer', text: 'ok' },
    ]);
    expect(findText(seen, message(1))).toBe('sent');
    expect(findText(seen, message(2))).toBe('notSent');
  });

  test('Where an equal one was passed over in doubt, one more may be either, and two more are both', () => {
    const seen = (count: number) => chat(Array.from({ length: count }, () => ({ sent_by: 'CLIENT', text: 'ok' })));
    expect([1, 2, 3].map((count) => findText(seen(count), message(1, 1)))).toEqual(['notSent', 'cannotTell', 'sent']);
  });

  test("An agent's equal text is not ours", () => {
    expect(findText(chat([{ sent_by: 'AGENT', text: 'ok' }]), message(0))).toBe('notSent');
  });

  test.each(['text', 'message', 'content', 'body'])('A text may be called "%s"', (name) => {
    expect(findText(chat([{ sent_by: 'CLIENT', [name]: 'ok' }]), message(0))).toBe('sent');
  });

  test('An author of an unknown name may be us, and a text that cannot be read may be the one', () => {
    expect(findText(chat([{ sent_by: 'VISITOR', text: 'ok' }]), message(0))).toBe('sent');
    expect(findText(chat([{ sent_by: 'CLIENT', words: 'ok' }]), message(0))).toBe('cannotTell');
  });

  test('A text that was erased meanwhile may be the one', () => {
    expect(findText(chat([{ sent_by: 'CLIENT', text: '' }]), message(0))).toBe('cannotTell');
  });

  test('Names of members and authors are settings', () => {
    const given = settings({ messageFields: { text: ['words'], author: ['who'] }, authors: { self: ['guest'] } });
    const seen = chat([{ who: 'Guest', words: 'ok' }]);
    expect(findTextBy(seen, message(0), given)).toBe('sent');
    expect(findText(seen, message(0))).toBe('cannotTell');
  });

  test('Who writes as a chatbot looks among the words of chatbots', () => {
    const seen = chat([{ sent_by: 'EXTERNAL_CHATBOT', text: 'ok' }]);
    expect(findText(seen, message(0))).toBe('notSent');
    const given = settings({ externalChatbotId: '6ed7c941-2c8a-411e-95d2-338a9f64800a' });
    expect(findTextBy(seen, message(0), given)).toBe('sent');
  });

  test('Spaces at the edges and line ends do not make another text', () => {
    const seen = chat([{ sent_by: 'CLIENT', text: 'a\r\nb ' }]);
    expect(findText(seen, { ...message(0), text: ' a\nb' })).toBe('sent');
  });

  test('Without the chat or its messages nobody can tell', () => {
    expect(findText(undefined, message(0))).toBe('cannotTell');
    expect(findText(chatSchema.parse({ conversation_id: 'c1' }), message(0))).toBe('cannotTell');
  });
});

describe('looking for a chat that a start may have made', () => {
  const context = {
    conversationId: 'ha-1:1',
    openingText: '',
    visitor: { firstName: 'Jan', email: 'jan@example.org' },
  };
  const created = (fields: object = {}, messages: object[] = []) =>
    chat(messages, { chat_queue_id: 3, client_email: 'jan@example.org', ...fields });
  const found = (one: ReturnType<typeof chat>) => chatsLike([one], context, 3, settings()).length === 1;

  test('Only the same person in our queue, not closed, without a word of theirs yet', () => {
    expect(found(created())).toBe(true);
    expect(found(created({ client_email: 'Jan@Example.org' }))).toBe(true);
    expect(found(created({ chat_queue_id: 4 }))).toBe(false);
    expect(found(created({ client_email: 'eve@example.org' }))).toBe(false);
    expect(found(created({ status: 'CLOSED' }))).toBe(false);
    expect(found(created({}, [{ sent_by: 'CLIENT', text: 'hello' }]))).toBe(false);
    expect(found(created({}, [{ sent_by: 'SYSTEM', text: 'Welcome' }]))).toBe(true);
  });
});

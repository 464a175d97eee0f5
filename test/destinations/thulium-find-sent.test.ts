import { describe, expect, test } from '@jest/globals';
import { chatsLike, findText, parseLocalTime } from '../../src/destinations/thulium/find-sent.ts';
import { chatSchema } from '../../src/destinations/thulium/wire.ts';

const chat = (messages: object[], fields: object = {}) =>
  chatSchema.parse({ conversation_id: 'c1', status: 'CREATED', messages, ...fields });
const message = (equalBefore: number) => ({ key: 'k', text: 'ok', equalBefore });

describe('looking for a text', () => {
  test('Equal texts are counted: one more than was confirmed is the doubtful one', () => {
    const seen = chat([
      { sent_by: 'CLIENT', text: 'ok' },
      { sent_by: 'customer', text: 'ok' },
    ]);
    expect(findText(seen, message(1))).toBe('sent');
    expect(findText(seen, message(2))).toBe('notSent');
  });

  test("An agent's equal text is not ours", () => {
    expect(findText(chat([{ sent_by: 'AGENT', text: 'ok' }]), message(0))).toBe('notSent');
  });

  test.each(['text', 'message', 'content', 'body'])('A text may be called "%s"', (name) => {
    expect(findText(chat([{ sent_by: 'CLIENT', [name]: 'ok' }]), message(0))).toBe('sent');
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
  const since = new Date('2024-06-01T08:00:00Z');
  const created = (created_at: string, fields: object = {}) =>
    chat([], { client_email: 'jan@example.org', created_at, ...fields });
  const found = (one: ReturnType<typeof chat>) => chatsLike([one], context, since, 'Europe/Warsaw').length === 1;

  test('Times are local to the zone, summer and winter', () => {
    expect(parseLocalTime('2024-06-01 10:00:00.100', 'Europe/Warsaw')?.toISOString()).toBe('2024-06-01T08:00:00.100Z');
    expect(parseLocalTime('2024-01-01 10:00:00', 'Europe/Warsaw')?.toISOString()).toBe('2024-01-01T09:00:00.000Z');
    expect(parseLocalTime('2024-01-01 10:00:00', 'UTC')?.toISOString()).toBe('2024-01-01T10:00:00.000Z');
    expect(parseLocalTime('soon', 'UTC')).toBeUndefined();
  });

  test('Only the same person, not before the attempt, and not closed', () => {
    expect(found(created('2024-06-01 10:00:01.000'))).toBe(true);
    expect(found(created('2024-06-01 09:58:00.000'))).toBe(false);
    expect(found(created('2024-06-01 10:00:01.000', { client_email: 'eve@example.org' }))).toBe(false);
    expect(found(created('2024-06-01 10:00:01.000', { status: 'CLOSED' }))).toBe(false);
  });
});

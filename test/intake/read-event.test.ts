import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEvent } from '../../src/intake/read-event.ts';
import { conversationClosedV2, conversationStarted, satisfactionAnswered } from '../simulators/iadvize-events.ts';
import { asForm, FORM } from './intake-world.ts';

const read = (body: string, contentType: string | undefined = 'application/json') =>
  readEvent('webhook', contentType, Buffer.from(body));

describe('The two dialects say the same in the bridge’s words', () => {
  const at = '2019-04-12T09:58:35+02:00';

  test('a start', () => {
    const started = read(JSON.stringify(conversationStarted({ createdAt: at, operatorId: 7, channel: 'CHAT' })));
    const details = { conversationId: '1', operatorId: '7', channel: 'chat' };
    expect(started).toMatchObject({
      status: 'accepted',
      target: { by: 'website', website: { platform: 'sd', number: '1' } },
      clientId: '1',
      event: { kind: 'conversation-started', occurredAt: new Date('2019-04-12T07:58:35Z'), ...details },
    });
  });

  test.each([
    [{ operatorIds: [1, 2] }, ['1', '2']],
    [{ operatorIds: ['1'] }, ['1']],
    [{ operatorIds: [] }, []],
    [{ operatorIds: undefined, operatorId: 3 }, ['3']],
    [{ operatorIds: undefined }, []],
  ])('a close with %j', (members, operatorIds) => {
    const closed = read(JSON.stringify({ ...conversationClosedV2(), ...members }));
    expect(closed).toMatchObject({
      event: { kind: 'conversation-closed', operatorIds, visitorExternalId: '63429889' },
    });
  });

  test.each([
    [{ customerSatisfaction: 3 }, { type: 'customer-satisfaction', value: 3 }],
    [{ netPromoterScore: 0 }, { type: 'net-promoter-score', value: 0 }],
    [{ satisfactionComment: 'It was very helpful' }, { type: 'comment', text: 'It was very helpful' }],
    [{ customQuestion: false }, { type: 'custom-question', answered: false }],
  ])('an answer of %j', (members, answer) => {
    expect(read(JSON.stringify(satisfactionAnswered(members)))).toMatchObject({ event: { answer } });
  });

  test('a time with Java’s zone name behind it is read', () => {
    const started = read(JSON.stringify(conversationStarted({ createdAt: '2017-11-22T12:04:00.762Z[Etc/UTC]' })));
    expect(started).toMatchObject({ event: { occurredAt: new Date('2017-11-22T12:04:00.762Z') } });
  });
});

describe('A form-encoded body', () => {
  const { operatorIds, ...closed } = conversationClosedV2();
  const lists = [
    ['[] twice', `operatorIds[]=${operatorIds[0]}&operatorIds[]=${operatorIds[1]}`],
    ['[0] and [1]', 'operatorIds[0]=1&operatorIds[1]=2'],
    ['%5B%5D twice', 'operatorIds%5B%5D=1&operatorIds%5B%5D=2'],
  ] as const;

  test.each(lists)('in the flat layout with a list written as %s', (_spelling, list) => {
    const form = `${asForm(closed).toString()}&${list}`;
    expect(read(form, FORM)).toMatchObject({
      status: 'accepted',
      eventId: closed.eventId,
      target: { by: 'website', website: { platform: 'ha', number: '1' } },
      event: { kind: 'conversation-closed', operatorIds: ['1', '2'], conversationId: closed.conversationId },
    });
  });

  test.each([
    ['plainly before brackets', 'operatorIds=12&operatorIds[]=3', ['12', '3']],
    ['plainly behind brackets', 'operatorIds[]=3&operatorIds=12', ['3', '12']],
    ['with and without a place', 'operatorIds=12&operatorIds[0]=3&operatorIds[]=4', ['12', '3', '4']],
  ])('with a list that is written %s', (_spelling, list, operatorIds) => {
    expect(read(`${asForm(closed).toString()}&${list}`, FORM)).toMatchObject({ event: { operatorIds } });
  });

  test('with a list of one written plainly', () => {
    const form = `${asForm(closed).toString()}&operatorIds=12`;
    expect(read(form, FORM)).toMatchObject({ event: { operatorIds: ['12'] } });
  });

  test.each([
    ['true', true],
    ['false', false],
    ['1', true],
    ['0', false],
  ])('with the flag %j', (text, answered) => {
    const form = asForm(satisfactionAnswered({ customQuestion: true }));
    form.set('customQuestion', text);
    expect(read(form.toString(), FORM)).toMatchObject({ event: { answer: { type: 'custom-question', answered } } });
  });

  test('with the JSON in its payload field says what the JSON says', () => {
    const json = JSON.stringify(conversationStarted());
    expect(read(new URLSearchParams({ payload: json }).toString(), FORM)).toEqual(read(json));
  });

  test('is read whatever stands behind the media type', () => {
    const form = asForm(conversationStarted()).toString();
    expect(read(form, 'Application/X-WWW-Form-Urlencoded ; charset=utf-8')).toMatchObject({ status: 'accepted' });
  });
});

describe('For all bodies', () => {
  const contentTypes = fc.constantFrom('application/json', FORM, 'text/plain', undefined);

  test('reading never throws, and says the same each time', () => {
    fc.assert(
      fc.property(fc.constantFrom('webhook', 'push'), contentTypes, fc.uint8Array(), (source, contentType, body) => {
        expect(readEvent(source, contentType, body)).toEqual(readEvent(source, contentType, body));
      }),
    );
  });

  test('any JSON value in any member makes a quarantined, ignored or accepted event', () => {
    const members = ['eventId', 'eventType', 'platform', 'websiteId', 'conversationId', 'channel', 'createdAt'];
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.jsonValue(), (member, value) => {
        const { status } = read(JSON.stringify({ ...conversationStarted(), [member]: value }));
        expect(['accepted', 'ignored', 'quarantined']).toContain(status);
      }),
      { numRuns: 300 },
    );
  });
});

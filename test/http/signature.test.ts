import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SecretToken } from '../../src/http/secret-tokens.ts';
import { type SignedRequest, verifySignature } from '../../src/http/signature.ts';
import { signBody, signQuery } from '../simulators/iadvize-signature.ts';

const SECRET = 'yourSecretToken';
const CURRENT: SecretToken[] = [{ id: '1', value: SECRET }];
const NOW = new Date('2026-11-20T12:00:00Z');
const VERSION = 'c008849d-7cb1-40ca-9503-d6df2c5cddd8';

const CLOSED_OF_2017 =
  '{"eventId":"d36cd3c4-2d16-4a77-97c2-620bde859b29","eventType":"conversation.closed","platform":"sd","websiteId":1,' +
  '"clientId":1,"conversationId":1,"operatorId":1,"channel":"chat",' +
  '"visitorId":"593de0891b628a50b09835dc6c0e92565329c74baa90e","createdAt":"2017-04-22T11:01:00+02:00",' +
  '"sentAt":"2017-04-22T11:01:00+02:00"}';
const CLOSED_OF_V2 =
  '{"eventId":"0f0bb3af-5035-4ba3-b3fb-ff4879a3a74d","eventType":"v2.conversation.closed","platform":"ha",' +
  '"projectId":1,"clientId":1,"conversationId":"4c8c7408-f73c-42cd-89e9-afbbee7d9024","operatorIds":[1,2],' +
  '"visitorExternalId":"63429889","channel":"CHAT","visitorId":"b05f1b45-c891-4a9c-b47e-91ee6c8ffb44",' +
  '"createdAt":"2019-04-12T07:58:35.171Z","sentAt":"2019-04-12T07:58:35.496Z"}';
const ACTION =
  `{"action":"OPEN_CASE","idConnectorVersion":"${VERSION}",` +
  '"idVisitorUnique":"a7b94266db827c5b8f04586e8e543abd4b7e976e9a723","idWebsite":"ha-123",' +
  '"idConversation":"ha-123","idOperator":"ha-12345"}';
const CLOSED_SIGNATURE = 'sha256=3f3ec4f308edd52d9dc2213037f00d4b1423d78680b71683b285d4a40f919fd4';

const get = (rawQuery: string, header?: string): SignedRequest => ({
  method: 'GET',
  rawQuery,
  rawBody: Buffer.alloc(0),
  header,
});
const post = (body: string | Uint8Array, header?: string, rawQuery = ''): SignedRequest => ({
  method: 'POST',
  rawQuery,
  rawBody: Buffer.from(body),
  header,
});

describe('The vectors that are printed in the contract are valid', () => {
  test.each([
    [
      '6: root categories',
      `idConnectorVersion=${VERSION}&idWebsite=ha-123&idOperator=9999&limit=10&offset=0`,
      'sha256=0da5920172e54c467697701d4139235760d436595b452b95ef1c4a275be1b9a2',
    ],
    [
      '11: brackets as they travel',
      'idConnectorVersion=123&idWebsite=123&limit=10&offset=0&search[default][contains]=query',
      'sha256=b59bd7afeb35b476566b3fe37311fa49b414ddd15954610eb0e3a2c61d2cd56f',
    ],
    [
      '15: customer information',
      `emailVisitor=email%40iadvize.com&idConnectorVersion=${VERSION}&idVisitorExternal=123` +
        '&idVisitorUnique=a7b94266db827c5b8f04586e8e543abd4b7e976e9a723&idWebsite=ha-123&operatorLocale=en&idOperator=9999',
      'sha256=250a7e4707d7357034aee94e637f53dffd8da71590faca134a0b0ae759606653',
    ],
    ['25: no query at all', '', 'sha256=6babb77343df0d8713ce13de45f5c6415a67437f95cfe470e184e7e6f8a221a2'],
  ])('query %s', (_example, query, signature) => {
    expect(verifySignature(get(query, signature), CURRENT, NOW)).toEqual({ valid: true, secretId: '1' });
  });

  test.each([
    ['17: action', ACTION, 'sha256=195e6062b525da3f68787627c6b553c6e124d817b5f767b991fd084240c38b8a'],
    ['20: webhook of 2017', CLOSED_OF_2017, CLOSED_SIGNATURE],
    ['21: webhook v2', CLOSED_OF_V2, 'sha256=d22bd574cfa122841ca5f721ff02b192bc8eaa9c4058c9430ddcaaa9ef88be3e'],
  ])('body %s', (_example, body, signature) => {
    expect(verifySignature(post(body, signature), CURRENT, NOW)).toEqual({ valid: true, secretId: '1' });
  });
});

describe('Each rule is told apart', () => {
  const digest = CLOSED_SIGNATURE.slice('sha256='.length);

  test.each([
    ['no header', undefined, 'missing-header'],
    ['an empty header', '', 'empty-header'],
    ['no prefix', digest, 'not-sha256'],
    ['another algorithm', `sha1=${digest.slice(0, 40)}`, 'not-sha256'],
    ['another algorithm with as many digits', `sha1=${digest}`, 'not-sha256'],
    ['an upper-case prefix', `SHA256=${digest}`, 'not-sha256'],
    ['the prefix alone', 'sha256=', 'wrong-length'],
    ['one digit too few', CLOSED_SIGNATURE.slice(0, -1), 'wrong-length'],
    ['one digit too many', `${CLOSED_SIGNATURE}0`, 'wrong-length'],
    ['the header twice', `${CLOSED_SIGNATURE}, ${CLOSED_SIGNATURE}`, 'wrong-length'],
    ['upper-case digits', `sha256=${digest.toUpperCase()}`, 'not-lower-case-hex'],
    ['a letter that is no digit', `sha256=${digest.slice(0, -1)}g`, 'not-lower-case-hex'],
    ['64 zeros', `sha256=${'0'.repeat(64)}`, 'mismatch'],
    ['the signature of something else', signBody(SECRET, `${CLOSED_OF_2017} `), 'mismatch'],
    ['the signature by another secret', signBody('another secret', CLOSED_OF_2017), 'mismatch'],
  ])('%s', (_what, header, rule) => {
    expect(verifySignature(post(CLOSED_OF_2017, header), CURRENT, NOW)).toEqual({ valid: false, rule });
  });

  test('without any secret everything is refused', () => {
    expect(verifySignature(post('', signBody('', '')), [], NOW)).toEqual({ valid: false, rule: 'mismatch' });
  });
});

describe('What is signed', () => {
  const secrets = CURRENT;

  test('a GET signs the raw query, not the decoded one', () => {
    const raw = 'emailVisitor=email%40iadvize.com&search=a+b%20c';
    const decoded = 'emailVisitor=email@iadvize.com&search=a b c';
    expect(verifySignature(get(raw, signQuery(SECRET, raw)), secrets, NOW).valid).toBe(true);
    expect(verifySignature(get(raw, signQuery(SECRET, decoded)), secrets, NOW).valid).toBe(false);
    expect(verifySignature(get(raw, signQuery(SECRET, `?${raw}`)), secrets, NOW).valid).toBe(false);
  });

  test('a GET ignores its body', () => {
    const request = { ...get('a=1', signQuery(SECRET, 'a=1')), rawBody: Buffer.from('anything') };
    expect(verifySignature(request, secrets, NOW).valid).toBe(true);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('a %s signs its body and ignores the query', (method) => {
    const signed = { ...post('body', signBody(SECRET, 'body'), 'added=by&anybody'), method };
    expect(verifySignature(signed, secrets, NOW).valid).toBe(true);
    expect(verifySignature({ ...signed, header: signQuery(SECRET, 'added=by&anybody') }, secrets, NOW).valid).toBe(
      false,
    );
  });

  test('the same JSON indented anew is refused', () => {
    const indented = JSON.stringify(JSON.parse(CLOSED_OF_2017), null, 2);
    expect(verifySignature(post(indented, CLOSED_SIGNATURE), CURRENT, NOW).valid).toBe(false);
  });
});

describe('Several secrets', () => {
  const endsAt = new Date('2026-12-01T00:00:00Z');
  const rotating: SecretToken[] = [
    { id: '1', value: 'newest' },
    { id: '2', value: 'older', endsAt },
  ];

  test('When the second one signed, then the verdict names it', () => {
    const verdict = verifySignature(post('x', signBody('older', 'x')), rotating, NOW);
    expect(verdict).toEqual({ valid: true, secretId: '2' });
  });

  test('A secret is good until the last moment before its end, and not at its end', () => {
    const request = post('x', signBody('older', 'x'));
    const justBefore = new Date(endsAt.getTime() - 1);
    expect(verifySignature(request, rotating, justBefore)).toEqual({ valid: true, secretId: '2' });
    expect(verifySignature(request, rotating, endsAt)).toEqual({ valid: false, rule: 'expired-secret' });
  });

  test('When one secret is listed as ended and as current, then it is good', () => {
    const listedTwice: SecretToken[] = [
      { id: '1', value: 'same', endsAt: new Date(0) },
      { id: '2', value: 'same' },
    ];
    expect(verifySignature(post('x', signBody('same', 'x')), listedTwice, NOW)).toEqual({ valid: true, secretId: '2' });
  });
});

describe('For all bodies and lists of secrets', () => {
  const bodies = fc.uint8Array({ minLength: 1, maxLength: 2_000, size: 'max' });
  const lists = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }), {
    minLength: 1,
    maxLength: 5,
  });
  // A smaller counterexample says no more here, and looking for it takes long.
  const once = { endOnFailure: true };
  const asSecrets = (values: string[]): SecretToken[] =>
    values.map((value, index) => ({ id: String(index + 1), value }));

  test('what any current secret of the list signed is valid', () => {
    fc.assert(
      fc.property(bodies, lists, fc.nat(), (body, values, pick) => {
        const value = values[pick % values.length] ?? '';
        const request = post(body, signBody(value, Buffer.from(body)));
        expect(verifySignature(request, asSecrets(values), NOW).valid).toBe(true);
      }),
      once,
    );
  });

  test('when any byte is changed, then it is not', () => {
    fc.assert(
      fc.property(bodies, lists, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, values, place, mask) => {
        const header = signBody(values[0] ?? '', Buffer.from(body));
        const changed = body.slice();
        const index = place % changed.length;
        changed[index] = (changed[index] ?? 0) ^ mask;
        expect(verifySignature(post(changed, header), asSecrets(values), NOW)).toEqual({
          valid: false,
          rule: 'mismatch',
        });
      }),
      once,
    );
  });

  test('no header makes it throw, and only the right one is valid', () => {
    const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    const headers = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      digests.map((digest) => `sha256=${digest}`),
    );
    fc.assert(
      fc.property(bodies, headers, (body, header) => {
        const right = signBody(SECRET, Buffer.from(body));
        expect(verifySignature(post(body, header), CURRENT, NOW).valid).toBe(header === right);
      }),
      once,
    );
  });
});

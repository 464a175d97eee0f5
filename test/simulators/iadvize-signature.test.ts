import { describe, expect, test } from '@jest/globals';
import { conversationClosed, conversationClosedV2 } from './iadvize-events.ts';
import { signBody, signQuery } from './iadvize-signature.ts';

const SECRET = 'yourSecretToken';

describe('iAdvize signature', () => {
  test.each([
    [
      '6: categories',
      'idConnectorVersion=c008849d-7cb1-40ca-9503-d6df2c5cddd8&idWebsite=ha-123&idOperator=9999&limit=10&offset=0',
      'sha256=0da5920172e54c467697701d4139235760d436595b452b95ef1c4a275be1b9a2',
    ],
    [
      '11: brackets as they travel',
      'idConnectorVersion=123&idWebsite=123&limit=10&offset=0&search[default][contains]=query',
      'sha256=b59bd7afeb35b476566b3fe37311fa49b414ddd15954610eb0e3a2c61d2cd56f',
    ],
    ['25: no query', '', 'sha256=6babb77343df0d8713ce13de45f5c6415a67437f95cfe470e184e7e6f8a221a2'],
  ])('the query of example %s', (_example, query, signature) => {
    expect(signQuery(SECRET, query)).toBe(signature);
  });

  test('20: the body of the first dialect, built by its builder', () => {
    const body = conversationClosed({
      eventId: 'd36cd3c4-2d16-4a77-97c2-620bde859b29',
      createdAt: '2017-04-22T11:01:00+02:00',
      sentAt: '2017-04-22T11:01:00+02:00',
    });

    const signature = 'sha256=3f3ec4f308edd52d9dc2213037f00d4b1423d78680b71683b285d4a40f919fd4';
    expect(signBody(SECRET, JSON.stringify(body))).toBe(signature);
    expect(signBody(SECRET, JSON.stringify(body, null, 2))).not.toBe(signature);
  });

  test('21: the body of the second dialect, built by its builder', () => {
    const body = conversationClosedV2({
      eventId: '0f0bb3af-5035-4ba3-b3fb-ff4879a3a74d',
      createdAt: '2019-04-12T07:58:35.171Z',
      sentAt: '2019-04-12T07:58:35.496Z',
    });

    expect(signBody(SECRET, Buffer.from(JSON.stringify(body)))).toBe(
      'sha256=d22bd574cfa122841ca5f721ff02b192bc8eaa9c4058c9430ddcaaa9ef88be3e',
    );
  });
});

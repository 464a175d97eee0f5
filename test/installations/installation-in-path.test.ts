import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { eventually } from '../support/eventually.ts';
import { pluginPost } from '../support/plugin-call.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  await service.admin('POST', '/installations', { platform: 'ha', websiteId: 1, label: 'Shop' });
});
afterAll(() => service.stop());

const OPERATIONS = [
  ['GET', ''],
  ['POST', '/key'],
  ['POST', '/check'],
  ['GET', '/catalogue'],
  ['GET', '/customers'],
] as const;

describe.each(OPERATIONS)('%s /admin/api/installations/:id%s', (method, rest) => {
  test.each(['ha-1', 'HA-1', 'ha-001', 'Ha-0000000001'])('takes %s for ha-1', async (id) => {
    expect((await service.admin(method, `/installations/${id}${rest}`)).status).toBeLessThan(300);
  });
  test.each(['ha-1%00', '%00', 'ha-1%ED%A0%80', 'ha-9999999999999999', '1', 'xx-1', 'ha-', "ha-1'"])(
    'has none of the id %s',
    async (id) => {
      const answer = await service.admin<{ error: { code: string } }>(method, `/installations/${id}${rest}`);
      expect([400, 404]).toContain(answer.status);
      expect(answer.body.error.code).not.toBe('internal');
    },
  );
});

test.each(['catalogue', 'customers'])('a feed for an id with NUL is refused before it is read: %s', async (kind) => {
  const answer = await service.admin('POST', `/installations/ha-1%00/${kind}`, [{ id: '1' }]);
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
});

interface ListedEvent {
  plannedAt: string | null;
}

test.each(['HA-1', 'ha-001'])('the list of events takes %s for ha-1', async (installation) => {
  const body = JSON.stringify(conversationStarted({ platform: 'ha', websiteId: 1 }));
  expect((await pluginPost(service.url, '/iadvize/webhooks', body)).status).toBe(202);
  const list = (id: string) => service.admin<{ items: ListedEvent[] }>('GET', `/events?installation=${id}`);
  const isPlanned = ({ body: { items } }: Awaited<ReturnType<typeof list>>): boolean =>
    items.length > 0 && items.every(({ plannedAt }) => plannedAt !== null);
  const { items } = (await eventually(() => list('ha-1'), isPlanned)).body;
  expect((await list(installation)).body.items).toEqual(items);
  expect((await list('ha-01x')).body.items).toEqual([]);
});

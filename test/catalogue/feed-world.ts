import { startTestService } from '../support/test-service.ts';
import { ADMIN_TOKEN } from '../support/test-environment.ts';
import { eventually } from '../support/eventually.ts';

export interface SeenImport {
  importId: string;
  status: string;
  source: string;
  failure: string | null;
  detail: string | null;
  items: number;
  skipped: number;
  bytesRead: number;
  problems: { line: number; id: string | null; reason: string }[];
}

export interface SeenStatus {
  latest: SeenImport | null;
  live: SeenImport | null;
  lastFailure: SeenImport | null;
}

/** The whole service with one installation, and what an operator does to its feeds. */
export async function startFeedWorld(environment: NodeJS.ProcessEnv = {}) {
  const service = await startTestService(environment);
  const install = async (websiteId: number, settings: object = {}) => {
    const body = { platform: 'ha', websiteId, label: `Shop ${websiteId}`, ...settings };
    const answer = await service.admin('POST', '/installations', body);
    if (answer.status !== 201) throw new Error(`installing failed: ${JSON.stringify(answer.body)}`);
    return `ha-${websiteId}`;
  };
  const status = async (id: string, kind = 'catalogue') =>
    (await service.admin<SeenStatus>('GET', `/installations/${id}/${kind}`)).body;
  /** `target`: "catalogue" or "customers", with a query where one is needed. */
  const send = async (
    id: string,
    body: string | Uint8Array,
    target = 'catalogue',
    type = 'application/octet-stream',
  ) => {
    const address = `${service.url}/admin/api/installations/${id}/${target}`;
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': type };
    const response = await fetch(address, { method: 'POST', headers, body: body as string });
    return { status: response.status, body: (await response.json()) as { importId: string; error?: { code: string } } };
  };
  const ended = (id: string, kind = 'catalogue') =>
    eventually(
      async () => (await status(id, kind)).latest,
      (latest) => latest !== null && latest.status !== 'running',
    ) as Promise<SeenImport>;

  return {
    service,
    install,
    status,
    send,
    ended,
    /** Sends a feed and waits for the end of its import. */
    async importFeed(id: string, body: string | Uint8Array, target = 'catalogue', type?: string) {
      const answer = await send(id, body, target, type);
      if (answer.status !== 202) throw new Error(`not taken: ${JSON.stringify(answer)}`);
      return ended(id, target.startsWith('customers') ? 'customers' : 'catalogue');
    },
    /** The titles that readers see, in feed order. */
    async liveTitles(id: string): Promise<string[]> {
      const rows = await service.database.query<{ title: string }>(
        `SELECT title FROM product JOIN feed_import ON feed_import.id = import_id
          WHERE installation_id = $1 AND status = 'live' ORDER BY ordinal`,
        [id],
      );
      return rows.map(({ title }) => title);
    },
    stop: () => service.stop(),
  };
}

export type FeedWorld = Awaited<ReturnType<typeof startFeedWorld>>;

/** An RSS feed of plain products "p1" to "p<count>". */
export function rssOf(count: number, title = (number: number) => `Product ${number}`): string {
  const items = Array.from(
    { length: count },
    (_, index) => `<item><g:id>p${index + 1}</g:id><g:title>${title(index + 1)}</g:title>
<g:link>https://shop.example/p${index + 1}</g:link><g:image_link>https://shop.example/p${index + 1}.jpg</g:image_link>
<g:price>${index + 1}.50 EUR</g:price><g:product_type>Home &gt; Kitchen</g:product_type></item>`,
  );
  return `<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
${items.join('\n')}
</channel></rss>`;
}

import { eventually } from '../support/eventually.ts';
import type { Checks } from './checks.ts';
import type { DemoWorld } from './demo-world.ts';
import { detail, heading, say } from './narrator.ts';

interface SeenImport {
  status: string;
  items: number;
  skipped: number;
  bytesRead: number;
  detail: string | null;
  problems: { line: number; id: string | null; reason: string }[];
  startedAt: string;
  finishedAt: string | null;
}

const WAIT_MS = 30_000;

/** The client's product feed, with the flaws that feeds have, becomes the catalogue. */
export async function playImport(world: DemoWorld, { check }: Checks): Promise<void> {
  heading('First act: the catalogue is imported');
  const { service, shop, feed } = world;
  const path = `/installations/${world.installationId}/catalogue`;
  say('operator', `imports ${shop.url} (Google Merchant XML, ${(shop.size / 1024).toFixed(0)} KB gzipped)`);
  const started = await service.admin('POST', path, { url: shop.url });
  // The schedule may have been quicker: it looks for new addresses every few seconds.
  if (![202, 409].includes(started.status)) throw new Error(`the import was refused: ${await started.text()}`);
  const { latest } = await eventually(
    async () => (await (await service.admin('GET', path)).json()) as { latest: SeenImport | null },
    ({ latest: seen }) => seen !== null && seen.status !== 'running',
    WAIT_MS,
  );
  if (!latest) throw new Error('no import is known');

  const { status, items, skipped, problems } = latest;
  const seconds = (Date.parse(latest.finishedAt ?? '') - Date.parse(latest.startedAt)) / 1000;
  say('service', `${items} products are live, ${skipped} items were rejected, in ${seconds.toFixed(2)} s`);
  for (const { line, id, reason } of problems.toSorted((a, b) => a.line - b.line))
    detail(`line ${line}, ${id ?? 'no id'}: ${reason}`);
  check(status === 'live', `the import is live (${latest.detail ?? status})`);
  check(items === feed.products.length, `every good item of the feed is a product (${items})`);
  const rejected = feed.flaws.filter((flaw) => flaw.rejected);
  check(skipped === rejected.length, `what is of no use was rejected, and only that (${skipped})`);
  const explained = feed.flaws.every((flaw) =>
    problems.some(({ line, id, reason }) => line === flaw.line && id === flaw.id && reason.includes(flaw.about)),
  );
  check(explained && problems.length === feed.flaws.length, 'each flaw is told with its line, its id and the reason');
}

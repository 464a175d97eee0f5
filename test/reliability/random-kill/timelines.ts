import { ADMIN_TOKEN } from '../../support/test-environment.ts';
import type { Kill } from './fleet.ts';
import { fullIdOf, type System } from './story.ts';

/** What of a conversation's public timeline is looked at. */
export interface Timeline {
  destinations: {
    destination: string;
    remoteChat: { remoteId: string; shows: { from: string; author: string; text: string }[] } | null;
  }[];
  timeline: TimelineEntry[];
}

type TimelineEntry = { kind: string; destination?: string } & Partial<{
  id: string;
  carries: string;
  status: string;
  delivery: string;
  worker: string;
  finishedAt: string | null;
  outcome: string | null;
  code: string | null;
}>;

export interface Operator {
  install(body: object): Promise<void>;
  timeline(conversationId: number): Promise<Timeline>;
  count(status: string): Promise<number>;
}

/** The operator's side: public HTTP, nothing else. */
export function operatorAt(url: string): Operator {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  async function ask<Body>(path: string): Promise<Body | undefined> {
    const answer = await fetch(`${url}/admin/api${path}`, { headers });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Body;
  }
  return {
    async install(body) {
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await fetch(`${url}/admin/api/installations`, request);
      if (answer.status !== 201) throw new Error(`installing failed: ${await answer.text()}`);
    },
    async timeline(conversationId) {
      // Of a conversation that the sender gave up nothing may be known.
      const known = await ask<Timeline>(`/conversations/${encodeURIComponent(fullIdOf(conversationId))}`);
      return known ?? { destinations: [], timeline: [] };
    },
    async count(status) {
      let total = 0;
      for (let cursor = ''; ;) {
        type Page = { items: unknown[]; nextCursor: string | null };
        const page = await ask<Page>(`/deliveries?limit=200&status=${status}${cursor}`);
        total += page?.items.length ?? 0;
        if (!page?.nextCursor) return total;
        cursor = `&cursor=${page.nextCursor}`;
      }
    },
  };
}

/** How many starts there ended with nobody knowing whether a chat was made. */
export function doubtfulStarts({ timeline }: Timeline, system: System): number {
  const starts = new Set(
    timeline.flatMap(({ kind, carries, destination, id }) =>
      kind === 'delivery' && carries === 'start' && destination === system ? [id] : [],
    ),
  );
  return timeline.filter(
    ({ kind, delivery, outcome }) => kind === 'attempt' && starts.has(delivery) && outcome === 'unknown',
  ).length;
}

/** For every attempt that a kill interrupted: how long until another worker had taken its lane over. In ms. */
export function takeOverTimes({ timeline }: Timeline, kills: readonly Kill[]): number[] {
  return timeline.flatMap(({ kind, code, worker, finishedAt }) => {
    if (kind !== 'attempt' || code !== 'worker-lost' || !finishedAt) return [];
    const pid = Number(/-(\d+)-[0-9a-f]{8}$/.exec(worker ?? '')?.[1]);
    const kill = kills.findLast((one) => one.pid === pid && one.at <= Date.parse(finishedAt));
    return kill ? [Date.parse(finishedAt) - kill.at] : [];
  });
}

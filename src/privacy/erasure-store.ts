import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database, Sql } from '../persistence/database.ts';
import type { SealedColumn } from '../persistence/seal-anew.ts';
import type { SecretBox } from '../persistence/secret-box.ts';
import { type Erased, sum } from './erasure-numbers.ts';
import type { PersonKey } from './person-key.ts';
import { type RemoteCopy, remoteCopySchema } from './remote-copy.ts';

const strings = z.array(z.string());
const workSchema = z.object({
  key: z.object({ by: z.enum(['email', 'externalId', 'visitorId']), value: z.string() }),
  installationIds: strings,
  emails: strings,
  externalIds: strings,
  visitorIds: strings,
  conversationIds: strings,
  endingLanes: strings,
  /** Nothing more is to be found; only ends of chats are waited for. */
  searched: z.boolean(),
});

/** What an erasure has to do, and what it found out already: its rows may be gone when it is taken up again. */
export type ErasureWork = z.infer<typeof workSchema>;

export interface Erasure {
  id: string;
  requestedAt: Date;
  work: ErasureWork;
}

export interface ErasureState {
  id: string;
  requestedAt: Date;
  finishedAt: Date | null;
  erased: Erased;
  remoteChats: RemoteCopy[];
}

export const newWork = (key: PersonKey, installationIds: string[]): ErasureWork => ({
  key,
  installationIds,
  ...{ emails: [], externalIds: [], visitorIds: [], conversationIds: [], endingLanes: [], searched: false },
});

/** Whoever is at an erasure says so this often; without a word for the lease's time it is taken up by somebody else. */
export const RENEW_EVERY_MS = 10_000;
const LEASE = `interval '30 seconds'`;

const BEGIN = `
INSERT INTO erasure (id, work, next_at) VALUES ($1::uuid, $2, now() + ${LEASE}) RETURNING requested_at AS "requestedAt"`;
const SAVE = `UPDATE erasure SET work = $2, next_at = now() + ${LEASE} WHERE id = $1::uuid AND finished_at IS NULL`;
const RENEW = `UPDATE erasure SET next_at = now() + ${LEASE} WHERE id = $1::uuid AND finished_at IS NULL`;
const LOCK_NUMBERS = `SELECT erased, copies FROM erasure WHERE id = $1::uuid FOR UPDATE`;
const SAVE_NUMBERS = `UPDATE erasure SET erased = $2::jsonb, copies = $3 WHERE id = $1::uuid`;
const LATER = `
UPDATE erasure SET next_at = now() + $2 * interval '1 millisecond' WHERE id = $1::uuid AND finished_at IS NULL`;
const FINISH = `
UPDATE erasure SET work = NULL, next_at = NULL, finished_at = COALESCE(finished_at, now()) WHERE id = $1::uuid`;
const CLAIM = `
UPDATE erasure SET next_at = now() + ${LEASE}
 WHERE id = (SELECT id FROM erasure WHERE next_at <= now() ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, work, requested_at AS "requestedAt"`;
const DUE_IN = `SELECT (EXTRACT(EPOCH FROM min(next_at) - now()) * 1000)::float8 AS "dueInMs" FROM erasure`;
const FIND = `
SELECT id, requested_at AS "requestedAt", finished_at AS "finishedAt", erased, copies FROM erasure WHERE id = $1::uuid`;

const purposeOf = (id: string): string => `erasure/${id}`;
const copiesOf = (id: string): string => `erasure/copies/${id}`;

export const SEALED_ERASURES: readonly SealedColumn[] = [
  { table: 'erasure', column: 'work', purposeOf },
  { table: 'erasure', column: 'copies', purposeOf: copiesOf },
];

/** Erasures on disk: what each has to do is encrypted, and gone once it is done. */
export function createErasureStore(database: Database, secretBox: SecretBox) {
  const openCopies = (id: string, sealed: string | null): RemoteCopy[] =>
    sealed === null ? [] : z.array(remoteCopySchema).parse(JSON.parse(secretBox.open(sealed, copiesOf(id))));
  const seal = (id: string, work: ErasureWork): string => secretBox.seal(JSON.stringify(work), purposeOf(id));

  return {
    async begin(work: ErasureWork): Promise<Erasure> {
      const id = randomUUID();
      const [row] = await database.query<{ requestedAt: Date }>(BEGIN, [id, seal(id, work)]);
      return { id, requestedAt: row?.requestedAt ?? new Date(), work };
    },
    async save(sql: Sql, { id, work }: Erasure): Promise<void> {
      await sql.query(SAVE, [id, seal(id, work)]);
    },
    async renew(id: string): Promise<void> {
      await database.query(RENEW, [id]);
    },
    /** Adds to what was done, in the transaction that does it. */
    async add(sql: Sql, id: string, more: { erased: Erased; copies?: readonly RemoteCopy[] }): Promise<void> {
      if (Object.keys(more.erased).length === 0) return;
      const [row] = await sql.query<{ erased: Erased; copies: string | null }>(LOCK_NUMBERS, [id]);
      const copies = [...openCopies(id, row?.copies ?? null), ...(more.copies ?? [])];
      const sealed = secretBox.seal(JSON.stringify(copies), copiesOf(id));
      await sql.query(SAVE_NUMBERS, [id, JSON.stringify(sum(row?.erased ?? {}, more.erased)), sealed]);
    },
    async later(id: string, ms: number): Promise<void> {
      await database.query(LATER, [id, ms]);
    },
    async finish(id: string): Promise<void> {
      await database.query(FINISH, [id]);
    },
    /** Only right where no other process can be at one: at the start of an embedded database. */
    async endAllLeases(): Promise<void> {
      await database.query(`UPDATE erasure SET next_at = now() WHERE finished_at IS NULL`);
    },
    /** One that nobody is at. */
    async claim(): Promise<Erasure | undefined> {
      const [row] = await database.query<Omit<Erasure, 'work'> & { work: string }>(CLAIM);
      if (!row) return undefined;
      return { ...row, work: workSchema.parse(JSON.parse(secretBox.open(row.work, purposeOf(row.id)))) };
    },
    /** Until one may be taken up, in ms; undefined when all are finished. */
    async dueInMs(): Promise<number | undefined> {
      const [row] = await database.query<{ dueInMs: number | null }>(DUE_IN);
      return row?.dueInMs == null ? undefined : Math.max(row.dueInMs, 0);
    },
    async find(id: string): Promise<ErasureState | undefined> {
      const [row] = await database.query<Omit<ErasureState, 'remoteChats'> & { copies: string | null }>(FIND, [id]);
      if (!row) return undefined;
      const { copies, ...state } = row;
      return { ...state, remoteChats: openCopies(id, copies).sort(byPlace) };
    },
  };
}

/** They are found as workers let go of their lanes, which says nothing to a reader. */
function byPlace(one: RemoteCopy, other: RemoteCopy): number {
  const place = ({ installation, destination, remoteId }: RemoteCopy): string =>
    [installation, destination, remoteId].join(' ');
  return place(one) < place(other) ? -1 : 1;
}

export type ErasureStore = ReturnType<typeof createErasureStore>;

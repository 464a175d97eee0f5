import { z } from 'zod';
import type { Database } from '../persistence/database.ts';
import type { PersonKeys } from './person.ts';

/** A person of the client's own list. */
export interface ListedCustomer {
  email?: string;
  externalId?: string;
  fields: { label: string; value: string }[];
}

/** More rows of one key than this are no list of people. */
const LIMIT = 20;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const fieldsSchema = z
  .array(z.object({ label: z.string(), value: scalar.nullish() }).catch({ label: '', value: null }))
  .catch([])
  .transform((fields) =>
    fields.flatMap(({ label, value }) => (label === '' || !value ? [] : [{ label, value: value.trim() }])),
  );

/** Reads the newest complete customer list of an installation. */
export function createCustomerListStore({ prisma }: Database) {
  return {
    /** Everybody with this e-mail or this id, in the list's order. */
    async find(installationId: string, { email, externalId }: PersonKeys): Promise<ListedCustomer[]> {
      const live = await prisma.feedImport.findFirst({
        where: { installationId, kind: 'customers', status: 'live' },
        orderBy: { id: 'desc' },
        select: { id: true },
      });
      if (!live) return [];
      const keys = [
        ...(email === undefined ? [] : [{ email: email.toLowerCase() }]),
        ...(externalId === undefined ? [] : [{ externalId }]),
      ];
      const where = { importId: live.id, OR: keys };
      const rows = await prisma.customer.findMany({ where, orderBy: { ordinal: 'asc' }, take: LIMIT });
      return rows.map((row) => ({
        ...(row.email !== null && { email: row.email }),
        ...(row.externalId !== null && { externalId: row.externalId }),
        fields: fieldsSchema.parse(row.fields),
      }));
    },
  };
}

export type CustomerListStore = ReturnType<typeof createCustomerListStore>;

import { mapCustomer } from './customer-mapping.ts';
import type { FeedRowsStore, NewCustomer } from './feed-rows-store.ts';
import type { FeedTarget } from './feed-target.ts';

/** The people of a customer list. Several entries of one person stay: the list's order decides between them. */
export function customersTarget(rows: FeedRowsStore): FeedTarget {
  return {
    kind: 'customers',
    formats: ['csv', 'tsv', 'json', 'ndjson'],
    list: 'join',
    begin(importId) {
      let waiting: NewCustomer[] = [];
      let ordinal = 0;
      return {
        take(item) {
          const mapped = mapCustomer(item);
          if ('reason' in mapped) return { used: false, problems: [{ line: item.line, ...mapped }] };
          const { customer, notes } = mapped;
          ordinal += 1;
          waiting.push({ ...customer, ordinal });
          // The external id, never the e-mail: problems are shown and kept longer than the list.
          const problems = notes.map((reason) => ({ line: item.line, id: customer.externalId, reason }));
          return { used: true, problems };
        },
        waiting: () => waiting.length,
        async write() {
          const batch = waiting;
          waiting = [];
          if (batch.length > 0) await rows.putCustomers(importId, batch);
          return [];
        },
        finish: async () => undefined,
      };
    },
  };
}

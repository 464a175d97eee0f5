import type { CustomerListStore } from './customer-list-store.ts';
import type { HistoryStore } from './history-store.ts';
import type { PersonKeys } from './person.ts';

/** A visitor as iAdvize's REST API knows them. */
export interface KnownVisitor extends PersonKeys {
  /** REST's own number. */
  restId: string;
  uniqueId?: string;
  firstName?: string;
  lastName?: string;
  phone?: string;
  city?: string;
  country?: string;
}

/** A person of a chat system's own customer base. */
export interface SystemCustomer extends PersonKeys {
  id: string;
  name?: string;
  phone?: string;
  group?: string;
  accountManager?: string;
  custom: { label: string; value: string }[];
}

/** What one destination's customer base has for the keys that were asked for. */
export interface SystemCustomers {
  destinationId: string;
  /** The chat system's name. */
  title: string;
  customers: SystemCustomer[];
}

/** Where a profile comes from. Every call may take long or reject; neither may hold up the others. */
export interface ProfileSources {
  /** `no-access`: this installation cannot ask. The newest record last. */
  visitors(
    installationId: string,
    keys: { uniqueId?: string | undefined; externalId?: string | undefined },
  ): Promise<KnownVisitor[] | 'no-access'>;
  /** The destinations that have a customer base; nothing where there is none. */
  systems(installationId: string): Promise<
    {
      destinationId: string;
      find(keys: PersonKeys): Promise<SystemCustomers>;
    }[]
  >;
  /** The agent's name, or undefined. */
  agentName(installationId: string, operatorId: string): Promise<string | undefined>;
  customers: CustomerListStore;
  history: HistoryStore;
}

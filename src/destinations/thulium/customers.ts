import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import type { CustomerKeys, RemoteCustomer } from '../remote-customer.ts';
import { createThuliumCaller, thuliumFailure } from './caller.ts';
import type { ThuliumSettings } from './definition.ts';

/** More people of one key than this are too many to tell apart. */
const LIMIT = 10;

const text = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value).trim()));

/** `group` and `account_manager` are described nowhere: a text, or an object with a name. */
const named = z.union([text, z.object({ name: text }).transform(({ name }) => name)]).catch('');

const noFields = (): Record<string, string> => ({});

const customerSchema = z
  .object({
    customer_id: z.union([z.string(), z.number()]).transform(String),
    name: text,
    surname: text,
    email: text,
    phone_number: text,
    identifier: text,
    group: named.optional(),
    account_manager: named.optional(),
    // An empty map comes as an empty list from systems of this kind.
    custom_fields: z.union([z.record(z.string(), text.catch('')), z.array(z.unknown()).transform(noFields)]).nullish(),
  })
  .transform((customer): RemoteCustomer => {
    const name = [customer.name, customer.surname].filter((part) => part !== '').join(' ');
    const custom = Object.entries<string>(customer.custom_fields ?? {}).map(([label, value]) => ({ label, value }));
    return {
      id: customer.customer_id,
      ...(name !== '' && { name }),
      ...(customer.email !== '' && { email: customer.email }),
      ...(customer.phone_number !== '' && { phone: customer.phone_number }),
      ...(customer.identifier !== '' && { externalId: customer.identifier }),
      ...(customer.group && { group: customer.group }),
      ...(customer.account_manager && { accountManager: customer.account_manager }),
      custom: custom.filter(({ value }) => value !== ''),
    };
  });

/** The shape of the list is documented nowhere: bare, or wrapped as `GET chats` wraps its own. */
const customerListSchema = z.union([
  z.array(customerSchema),
  z.object({ result: z.array(customerSchema) }).transform(({ result }) => result),
]);

/**
 * Looks a person up in Thulium's CRM (contract 2.6), by each key that is given. Throws `DestinationFailure`; of code
 * `permission-missing` when this API user may not.
 */
export async function findThuliumCustomers(
  settings: ThuliumSettings,
  http: HttpClient,
  { email, externalId }: CustomerKeys,
): Promise<RemoteCustomer[]> {
  const filters: Record<string, string>[] = [
    ...(externalId === undefined ? [] : [{ identifier: externalId }]),
    ...(email === undefined ? [] : [{ email }]),
  ];
  const found = (await Promise.all(filters.map((filter) => list(settings, http, filter)))).flat();
  return [...new Map(found.map((customer) => [customer.id, customer])).values()];
}

async function list(
  settings: ThuliumSettings,
  http: HttpClient,
  filter: Record<string, string>,
): Promise<RemoteCustomer[]> {
  const path = `customers?${new URLSearchParams({ ...filter, limit: String(LIMIT) }).toString()}`;
  const response = await createThuliumCaller(settings, http)({ method: 'GET', path, effect: 'reads' });
  // Nobody of that key may be an empty list or "not found".
  if (response.status === 404) return [];
  if (!isSuccess(response)) throw thuliumFailure(response, 'reads');
  const customers = customerListSchema.safeParse(jsonOf(response));
  if (!customers.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  return customers.data;
}

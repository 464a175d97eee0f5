/** What was erased, in rows. */
export interface ErasedNumbers {
  events: number;
  conversations: number;
  deliveries: number;
  remoteChats: number;
  remoteMessages: number;
  files: number;
  profileActions: number;
  customers: number;
  /** Chats whose end could not be told to their system. */
  leftOpen: number;
}

/** By installation; "" for events of no installation. */
export type Erased = Record<string, ErasedNumbers>;

const NOTHING: ErasedNumbers = {
  events: 0,
  conversations: 0,
  deliveries: 0,
  remoteChats: 0,
  remoteMessages: 0,
  files: 0,
  profileActions: 0,
  customers: 0,
  leftOpen: 0,
};

export function count(erased: Erased, installationId: string, more: Partial<ErasedNumbers>): void {
  const numbers = (erased[installationId] ??= { ...NOTHING });
  for (const [name, number] of Object.entries(more) as [keyof ErasedNumbers, number][]) numbers[name] += number;
}

export function sum(one: Erased, other: Erased): Erased {
  const both: Erased = {};
  for (const erased of [one, other]) for (const [id, numbers] of Object.entries(erased)) count(both, id, numbers);
  return both;
}

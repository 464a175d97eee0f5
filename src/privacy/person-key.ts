/** What a person is asked about by. An e-mail address is in lower case. */
export interface PersonKey {
  by: 'email' | 'externalId' | 'visitorId';
  value: string;
}

/** Everything a person turned out to be known by. */
export interface KnownAs {
  emails: Set<string>;
  /** The client's own ids of them. */
  externalIds: Set<string>;
  /** iAdvize's ids of their browsers. */
  visitorIds: Set<string>;
}

export const nobody = (): KnownAs => ({ emails: new Set(), externalIds: new Set(), visitorIds: new Set() });

export const NAMES = ['emails', 'externalIds', 'visitorIds'] as const;

export function learn(known: KnownAs, more: KnownAs): void {
  for (const name of NAMES) for (const value of more[name]) known[name].add(value);
}

const disjoint = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size > 0 && other.size > 0 && ![...one].some((value) => other.has(value));

/** Two people may use one browser: whoever is known by another address or another id there is somebody else. */
export const isSomebodyElse = (person: KnownAs, found: KnownAs): boolean =>
  disjoint(person.emails, found.emails) || disjoint(person.externalIds, found.externalIds);

/** One browser may have had several people: whoever is asked for by it is known by nothing else for certain. */
export const certainNames = ({ by }: PersonKey, known: KnownAs): Pick<KnownAs, 'emails' | 'externalIds'> =>
  by === 'visitorId' ? { emails: new Set(), externalIds: new Set() } : known;

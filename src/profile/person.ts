/** Who a profile is about, or who a record of some source is: by e-mail, by the client's own id, or both. */
export interface PersonKeys {
  email?: string | undefined;
  externalId?: string | undefined;
}

type Comparison = 'same' | 'different' | 'untold';

function compare(one: string | undefined, other: string | undefined): Comparison {
  if (one === undefined || other === undefined || one === '' || other === '') return 'untold';
  return one === other ? 'same' : 'different';
}

const lower = (email: string | undefined): string | undefined => email?.trim().toLowerCase();

interface Match {
  email: Comparison;
  externalId: Comparison;
}

function match(record: PersonKeys, asked: PersonKeys): Match {
  return {
    email: compare(lower(record.email), lower(asked.email)),
    externalId: compare(record.externalId, asked.externalId),
  };
}

const isSplit = ({ email, externalId }: Match): boolean =>
  (email === 'same' && externalId === 'different') || (email === 'different' && externalId === 'same');
const isDifferent = ({ email, externalId }: Match): boolean => email === 'different' || externalId === 'different';
const isFull = ({ email, externalId }: Match): boolean => email === 'same' && externalId === 'same';

/**
 * The one record of these that is the person asked for. `split`: a record says that the e-mail and the id belong to two
 * people and none says otherwise, so nothing at all may be shown. Undefined: nobody, or several people that cannot be told apart. Of several
 * records of one person the last counts.
 */
export function theSamePerson<PersonRecord extends PersonKeys>(
  records: readonly PersonRecord[],
  asked: PersonKeys,
): PersonRecord | 'split' | undefined {
  const matched = records.map((record) => ({ record, how: match(record, asked) }));
  const full = matched.filter(({ how }) => isFull(how));
  if (full.length === 0 && matched.some(({ how }) => isSplit(how))) return 'split';
  const fitting = matched.filter(({ how }) => !isDifferent(how));
  const best = full.length > 0 ? full : fitting;
  const last = best.at(-1);
  if (!last) return undefined;
  // One record knows only the e-mail, another only the id: nothing says that they are one person.
  const halves = best.some(({ how }) => how.email === 'same') && best.some(({ how }) => how.externalId === 'same');
  if (full.length === 0 && halves) return undefined;
  const everybodyAgrees = best.every(({ record }) => !isDifferent(match(record, last.record)));
  return everybodyAgrees ? last.record : undefined;
}

import type { ListedCustomer } from './customer-list-store.ts';
import { type Gathering, startGathering } from './gathering.ts';
import type { PastConversation } from './history-store.ts';
import { type PersonKeys, theSamePerson } from './person.ts';
import type { KnownVisitor, ProfileSources, SystemCustomer, SystemCustomers } from './profile-sources.ts';

export interface AskedPerson extends PersonKeys {
  /** iAdvize's id of the visitor. */
  visitorId?: string | undefined;
}

/** What the sources know of one person, each part missing where it is unknown or late. */
export interface Profile {
  person: AskedPerson;
  visitor?: KnownVisitor;
  listed?: ListedCustomer;
  systems: { destinationId: string; title: string; customer: SystemCustomer }[];
  /** All that are known, the newest first. */
  conversations: PastConversation[];
}

export interface ReadProfile {
  /** Undefined: nobody, or not to be told apart from somebody else. */
  profile: Profile | undefined;
  /** Names of the sources that were left out. */
  late: string[];
  failed: string[];
}

/** Conversations that are shown, and whose agents are asked for by name. */
export const SHOWN_CONVERSATIONS = 5;

/**
 * What an action of the console can know of this person: its call carries the visitor's id alone, so the rest is what
 * REST has under that id.
 */
export function keysOfAction({ person: { visitorId }, visitor }: Profile): AskedPerson {
  if (visitorId === undefined) return {};
  const found = visitor?.uniqueId?.toLowerCase() === visitorId.toLowerCase() ? visitor : undefined;
  return { visitorId, email: found?.email, externalId: found?.externalId };
}

const isNamed = ({ email, externalId }: PersonKeys): boolean => email !== undefined || externalId !== undefined;

/**
 * Asks every source at once and takes what is there when `budgetMs` are over. The e-mail or the client's own id are what
 * a person is known by; with iAdvize's visitor id alone, REST has to tell them first.
 */
export async function readProfile(
  asked: AskedPerson,
  installationId: string,
  sources: ProfileSources,
  budgetMs: number,
): Promise<ReadProfile> {
  if (!isNamed(asked) && asked.visitorId === undefined) return { profile: undefined, late: [], failed: [] };
  const gathering = startGathering(budgetMs);
  const gathered = gather(gathering, asked, installationId, sources);
  const left = await gathering.finish();
  return { profile: assemble(asked, gathered), ...left };
}

/** Starts every source. What it returns is to be looked at when the gathering is finished. */
function gather(gathering: Gathering, asked: AskedPerson, installationId: string, sources: ProfileSources) {
  const { visitorId: uniqueId, externalId } = asked;
  const rest = gathering.read('iadvize', () => sources.visitors(installationId, { uniqueId, externalId }));
  const visitor = rest.ready.then((answer) => onlyVisitor(answer, asked));
  const keys: Promise<PersonKeys> = isNamed(asked) ? Promise.resolve(asked) : visitor.then((known) => known ?? {});

  async function byKeys<Answer>(find: (keys: PersonKeys) => Promise<Answer[]>): Promise<Answer[]> {
    const known = await keys;
    return isNamed(known) ? find(known) : [];
  }
  const listed = gathering.read('customer-list', () =>
    byKeys((known) => sources.customers.find(installationId, known)),
  );
  const systems: SystemCustomers[] = [];
  gathering.read('destinations', async () => {
    for (const { destinationId, find } of await sources.systems(installationId)) {
      gathering.read(destinationId, () => byKeys(async (known) => [systems.push(await find(known))]));
    }
  });

  const history = gathering.read('history', () => sources.history.conversationsOf(installationId, { uniqueId }));
  const moreHistory = gathering.read('more-history', async () => {
    const known = await visitor;
    return known ? sources.history.conversationsOf(installationId, known) : [];
  });
  const names = new Map<string, string>();
  const conversations = (): PastConversation[] => newestFirst(history.value ?? [], moreHistory.value ?? []);
  const readNames = async (): Promise<void> => {
    const unnamed = conversations()
      .slice(0, SHOWN_CONVERSATIONS)
      .flatMap((one) => (one.agent === undefined && one.operatorId !== undefined ? [one.operatorId] : []));
    const askFor = async (operatorId: string): Promise<void> => {
      const name = await sources.agentName(installationId, operatorId);
      if (name !== undefined) names.set(operatorId, name);
    };
    await Promise.all([...new Set(unnamed)].filter((id) => !names.has(id)).map(askFor));
  };
  gathering.read('agent-names', () => history.ready.then(readNames));
  gathering.read('more-agent-names', () => moreHistory.ready.then(readNames));
  return { rest, listed, systems, names, conversations };
}

function assemble(asked: AskedPerson, gathered: ReturnType<typeof gather>): Profile | undefined {
  const { rest, listed, systems, names, conversations } = gathered;
  const visitor = onlyVisitor(rest.value, asked);
  // REST has answered: it knows nobody by that id, or this installation may not ask it.
  if (!isNamed(asked) && rest.value !== undefined && visitor === undefined) return undefined;

  const person = {
    email: asked.email ?? visitor?.email,
    externalId: asked.externalId ?? visitor?.externalId,
    visitorId: asked.visitorId ?? visitor?.uniqueId,
  };
  const judgedBy = isNamed(asked) ? asked : person;
  const fromList = theSamePerson(listed.value ?? [], judgedBy);
  const fromSystems = systems.map((system) => ({ ...system, customer: theSamePerson(system.customers, judgedBy) }));
  const fromRest = Array.isArray(rest.value) ? theSamePerson(rest.value, asked) : undefined;
  const verdicts: unknown[] = [fromRest, ...fromSystems.map(({ customer }) => customer)];
  if (verdicts.includes('split') || fromList === 'split') return undefined;

  return {
    person,
    ...(visitor && { visitor }),
    ...(fromList && { listed: fromList }),
    systems: fromSystems
      .flatMap(({ destinationId, title, customer }) =>
        customer && customer !== 'split' ? [{ destinationId, title, customer }] : [],
      )
      .sort((one, other) => (one.destinationId < other.destinationId ? -1 : 1)),
    conversations: conversations().map((one) => {
      const agent = one.agent ?? names.get(one.operatorId ?? '');
      return agent === undefined ? one : { ...one, agent };
    }),
  };
}

function onlyVisitor(answer: KnownVisitor[] | 'no-access' | undefined, asked: AskedPerson): KnownVisitor | undefined {
  const visitor = Array.isArray(answer) ? theSamePerson(answer, asked) : undefined;
  return visitor === 'split' ? undefined : visitor;
}

function newestFirst(...lists: PastConversation[][]): PastConversation[] {
  const unique = [...new Map(lists.flat().map((one) => [one.id, one])).values()];
  return unique.sort((one, other) => other.at.getTime() - one.at.getTime());
}

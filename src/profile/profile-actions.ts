import type { Installation } from '../installations/installations.ts';
import type { ActionStore } from './action-store.ts';
import { crmLink } from './crm-link.ts';
import { startGathering } from './gathering.ts';
import type { Labels } from './labels.ts';
import type { ActionAnswer } from './profile-schemas.ts';
import type { ProfileSources } from './profile-sources.ts';
import { keysOfAction, readProfile } from './read-profile.ts';

export interface AskedAction {
  action: string;
  /** As it came: "ha-123", "123" or a UUID. */
  conversation: string;
  visitorId?: string | undefined;
  operatorId?: string | undefined;
}

export interface ActionDependencies {
  sources: ProfileSources;
  actions: ActionStore;
  /** The UUID that events of today call a numbered conversation by; undefined where nobody tells. */
  conversationUuid(installationId: string, number: string): Promise<string | undefined>;
  /** There is a note to be carried. */
  onNote(): void;
  budgetMs: number;
}

/** Carries out one action of the console. Never throws for what the agent asks: a refusal is an answer in words. */
export async function carryOutAction(
  asked: AskedAction,
  installation: Installation,
  labels: Labels,
  dependencies: ActionDependencies,
): Promise<ActionAnswer> {
  switch (asked.action) {
    case 'NOTE':
      return addNote(asked, installation, labels, dependencies);
    case 'OPEN_CRM': {
      const link = await linkOf(asked, installation, dependencies);
      return link === undefined ? refuse(labels.noCrmLink) : { success: true, message: link };
    }
    default:
      return refuse(labels.unknownAction);
  }
}

const refuse = (message: string): ActionAnswer => ({ success: false, message });

/** Agents double-click: the note is one per conversation, however often it is asked for. */
async function addNote(
  asked: AskedAction,
  installation: Installation,
  labels: Labels,
  dependencies: ActionDependencies,
): Promise<ActionAnswer> {
  const { actions } = dependencies;
  const { destinations } = installation.settings;
  const primary = destinations.find(({ role }) => role === 'primary') ?? destinations[0];
  const sourceId = sourceIdOf(asked.conversation, installation.platform);
  if (!primary || sourceId === undefined) return refuse(labels.noChat);
  const added = { success: true, message: labels.noteAdded };
  const conversationId = `${installation.id}:${sourceId}`;
  if (await actions.isDone(conversationId, asked.action)) return added;

  const [agent, link] = await Promise.all([
    agentOf(asked, installation, dependencies),
    linkOf(asked, installation, dependencies),
  ]);
  const text = `${agent} asks you to look at this visitor.${link === undefined ? '' : `\nCRM: ${link}`}`;
  const note = { installationId: installation.id, destinationId: primary.id, key: `action:${asked.action}`, text };
  let outcome = await actions.addNote(asked.action, { ...note, conversationId });
  if (outcome === 'no-chat' && /^\d+$/.test(sourceId)) {
    const uuid = await dependencies.conversationUuid(installation.id, sourceId);
    if (uuid !== undefined) {
      outcome = await actions.addNote(asked.action, { ...note, conversationId: `${installation.id}:${uuid}` });
    }
  }
  if (outcome === 'no-chat') return refuse(labels.noChat);
  if (outcome === 'chat-over') return refuse(labels.chatOver);
  dependencies.onNote();
  return added;
}

/** The conversation's id as events carry it; undefined for another platform's. */
function sourceIdOf(conversation: string, platform: string): string | undefined {
  const [, prefix, rest] = /^(?:(ha|sd)-)?(.+)$/i.exec(conversation) ?? [];
  return prefix === undefined || prefix.toLowerCase() === platform ? rest : undefined;
}

/** By name where it can be had in time, else by number. */
async function agentOf(
  { operatorId }: AskedAction,
  { id }: Installation,
  { sources, budgetMs }: ActionDependencies,
): Promise<string> {
  const number = operatorId?.replace(/^(ha|sd)-/i, '');
  if (number === undefined) return 'The agent';
  const gathering = startGathering(budgetMs);
  const name = gathering.read('agent', () => sources.agentName(id, number));
  await gathering.finish();
  return `Agent ${name.value ?? number}`;
}

/** The call carries neither e-mail nor external id (contract 1.7): REST has to tell them, in time, from the visitor's id. */
async function linkOf(
  { visitorId }: AskedAction,
  { id, settings }: Installation,
  { sources, budgetMs }: ActionDependencies,
): Promise<string | undefined> {
  const template = settings.profile?.crmUrlTemplate;
  if (template === undefined || visitorId === undefined) return undefined;
  const { profile } = await readProfile({ visitorId }, id, sources, budgetMs);
  return crmLink(template, profile ? keysOfAction(profile) : { visitorId });
}

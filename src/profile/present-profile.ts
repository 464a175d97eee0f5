import { crmLink, isHttpAddress } from './crm-link.ts';
import type { PastConversation } from './history-store.ts';
import { type Labels, labelsOf } from './labels.ts';
import type { ProfileField } from './profile-schemas.ts';
import type { SystemCustomer } from './profile-sources.ts';
import { keysOfAction, type Profile, SHOWN_CONVERSATIONS } from './read-profile.ts';

export interface Presentation {
  /** One that there are texts for. */
  locale: string;
  /** IANA name; UTC unless told. */
  timeZone: string | undefined;
  crmUrlTemplate: string | undefined;
  /** The console knows fields that act. */
  actions: boolean;
}

type Line = [id: string, label: string, value: string | undefined];

/** The profile as fields, always in this order: CRM, iAdvize, the client's list, chat systems, our history, actions. */
export function presentProfile(profile: Profile, presentation: Presentation): ProfileField[] {
  const labels = labelsOf(presentation.locale);
  const { visitor, listed, person } = profile;
  const name = [visitor?.firstName, visitor?.lastName].filter(Boolean).join(' ');
  const crm = crmLink(presentation.crmUrlTemplate, person);
  const lines: Line[] = [
    ['crm', labels.crmProfile, crm],
    ['name', labels.name, name],
    ['email', labels.email, visitor?.email],
    ['phone', labels.phone, visitor?.phone],
    ['city', labels.city, visitor?.city],
    ['country', labels.country, visitor?.country],
    ['external-id', labels.externalId, visitor?.externalId],
    ...listLines(listed?.fields ?? []),
    ...profile.systems.flatMap(({ destinationId, title, customer }) =>
      systemLines(destinationId, title, customer, labels),
    ),
    ...openChatLines(profile.conversations, labels),
    ...profile.conversations.slice(0, SHOWN_CONVERSATIONS).map((one) => conversationLine(one, labels, presentation)),
  ];
  const fields = lines.flatMap(([id, label, value]): ProfileField[] => {
    if (value === undefined || value === '') return [];
    return [{ id, label, value, fieldType: isHttpAddress(value) ? 'URL' : 'TEXT' }];
  });
  // Nobody is known: an empty answer says so, a lone button would not.
  if (!presentation.actions || fields.length === 0) return fields;
  const openCrm: ProfileField = {
    id: 'action-open-crm',
    label: labels.openCrm,
    value: 'OPEN_CRM',
    fieldType: 'ACTION',
  };
  const note: ProfileField = { id: 'action-note', label: labels.addNote, value: 'NOTE', fieldType: 'ACTION' };
  // A link that only this call's e-mail or external id could fill is shown above; a button for it would not work.
  const opens = crm !== undefined && crmLink(presentation.crmUrlTemplate, keysOfAction(profile)) !== undefined;
  return [...fields, note, ...(opens ? [openCrm] : [])];
}

/** The client's own columns keep their names; two of one name are told apart by their place. */
function listLines(fields: readonly { label: string; value: string }[]): Line[] {
  return fields.map(({ label, value }, index) => {
    const before = fields.slice(0, index).filter((other) => other.label === label).length;
    return [`list-${label}${before === 0 ? '' : `-${before + 1}`}`, label, value];
  });
}

function systemLines(destinationId: string, title: string, customer: SystemCustomer, labels: Labels): Line[] {
  const line = (id: string, label: string, value: string | undefined): Line => [
    `${destinationId}-${id}`,
    `${title}: ${label}`,
    value,
  ];
  return [
    line('name', labels.name, customer.name),
    line('email', labels.email, customer.email),
    line('phone', labels.phone, customer.phone),
    line('external-id', labels.externalId, customer.externalId),
    line('group', labels.group, customer.group),
    line('account-manager', labels.accountManager, customer.accountManager),
    ...customer.custom.map(({ label, value }) => line(`custom-${label}`, label, value)),
  ];
}

function openChatLines(conversations: readonly PastConversation[], labels: Labels): Line[] {
  const byDestination = new Map<string, string[]>();
  for (const { destinationId, remoteId } of conversations.flatMap((one) => one.openChats)) {
    byDestination.set(destinationId, [...(byDestination.get(destinationId) ?? []), remoteId]);
  }
  return [...byDestination]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([destinationId, remoteIds]) => [
      `open-chat-${destinationId}`,
      `${labels.openChat}: ${destinationId}`,
      remoteIds.join(', '),
    ]);
}

function conversationLine(one: PastConversation, labels: Labels, { locale, timeZone }: Presentation): Line {
  const date = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: timeZone ?? 'UTC',
  }).format(one.at);
  const agent = one.agent ?? one.operatorId;
  const facts = [
    date,
    ...(agent === undefined ? [] : [`${labels.agent}: ${agent}`]),
    ...(one.satisfaction === undefined ? [] : [`${labels.satisfaction}: ${one.satisfaction}`]),
    ...(one.closed ? [] : [labels.inProgress]),
  ];
  return [`conversation-${one.id}`, labels.conversation, facts.join(' · ')];
}

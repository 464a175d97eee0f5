import type { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { CustomerKeys, RemoteCustomer } from './remote-customer.ts';
import type { Finding } from './finding.ts';
import type { InstallerForm } from './installer-form.ts';

/** What is known of the visitor. Every member may be missing: an anonymous visitor is a visitor too. */
export interface VisitorDetails {
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
  city?: string;
  country?: string;
  /** The client's own id of this person. */
  externalId?: string;
  /** iAdvize's id of this browser. */
  uniqueId?: string;
}

export interface StartContext {
  /** Our id of the conversation, "ha-123:456": the same on every attempt. */
  conversationId: string;
  visitor: VisitorDetails;
  /** First text of the chat; only for destinations whose start carries one. */
  openingText: string;
  /** The page the visitor is on, where it is known. */
  pageUrl?: string;
}

/** A started chat as the destination needs it back: `state` is its own, stored encrypted. */
export interface StartedChat {
  remoteId: string;
  state: unknown;
}

export interface RemoteChat extends StartedChat {
  /** Stores a new state before it resolves; for rotated tokens. */
  saveState(state: unknown): Promise<void>;
}

export interface OutgoingText {
  /** Stable over all attempts; the idempotency key where a destination takes one. */
  key: string;
  text: string;
  /** How many earlier messages of this lane had exactly this text: two "ok" are two messages. */
  equalBefore: number;
}

export interface Receipt {
  remoteMessageId?: string;
}

export type Sighting = 'sent' | 'notSent' | 'cannotTell';
export type StartSighting = { outcome: 'sent'; chat: StartedChat } | { outcome: 'notSent' | 'cannotTell' };

/**
 * One chat system as the bridge sees it. Every call may throw `DestinationFailure`, and nothing else on purpose; none
 * of them tries again by itself. Calls for one chat come one at a time.
 */
export interface Destination {
  /** Starts a chat. Not idempotent. */
  start(context: StartContext): Promise<StartedChat>;
  /** Looks for a chat that an earlier `start` with this context may have made since then. `isTaken`: known to be another's. */
  findStarted(
    context: StartContext,
    since: Date,
    isTaken: (remoteId: string) => Promise<boolean>,
  ): Promise<StartSighting>;
  /** Sends one text as the visitor's side. Not idempotent unless the system takes the key. */
  send(chat: RemoteChat, message: OutgoingText): Promise<Receipt>;
  /** Looks in the remote transcript for a message that an earlier `send` may have left there. */
  findSent(chat: RemoteChat, message: OutgoingText): Promise<Sighting>;
  /** Ends the chat. A chat that is over already is a success. */
  end(chat: RemoteChat): Promise<void>;
  /** Looks a person up in the system's own customer base; only where it has one. Reads only. */
  findCustomers?(keys: CustomerKeys): Promise<RemoteCustomer[]>;
  /** Asks the system whether these settings work, without a trace there. Throws nothing on purpose: trouble is a finding. */
  check(): Promise<Finding[]>;
}

/** What a system can do, as far as the bridge acts on it. */
export interface Capabilities {
  /** Its start carries the first message, so the bridge does not send that one again. */
  startCarriesText: boolean;
  /** Whether a start in doubt can be looked up. */
  canFindStarted: boolean;
}

export interface DestinationDependencies {
  http: HttpClient;
  now: () => Date;
}

export interface OpenDestination {
  destination: Destination;
  delivery: DeliverySettings;
}

/** A chat system, declared: settings form, masking, validation and documentation all come from this. */
export interface DestinationType {
  /** Name in settings: "thulium". */
  type: string;
  title: string;
  /** What `settings` of a destination of this type must look like; strict. Each member's description is its help text. */
  settings: z.ZodType;
  /** Dotted paths in `settings` that are stored encrypted and never shown. */
  secretPaths: readonly string[];
  capabilities: Capabilities;
  /** What the marketplace asks for it. */
  installer: InstallerForm;
  /** Throws ZodError when the settings do not fit. */
  open(settings: unknown, dependencies: DestinationDependencies): OpenDestination;
}

/** Ties a settings schema to the code that takes what it parses; afterwards nobody else needs to know its type. */
export function defineDestination<Schema extends z.ZodType<DeliverySettings>>(
  declaration: Omit<DestinationType, 'open' | 'settings'> & { settings: Schema },
  create: (settings: z.output<Schema>, dependencies: DestinationDependencies) => Destination,
): DestinationType {
  return {
    ...declaration,
    open(settings, dependencies) {
      const parsed = declaration.settings.parse(settings);
      return { destination: create(parsed, dependencies), delivery: parsed };
    },
  };
}

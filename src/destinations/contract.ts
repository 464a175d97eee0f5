import type { z } from 'zod';
import type { HttpClient } from '../outgoing/http-client.ts';
import type { CallbackCredentials, Callbacks } from './callbacks.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { AnsweredChallenge } from './challenge.ts';
import type { CustomerKeys, RemoteCustomer } from './remote-customer.ts';
import type { Finding } from './finding.ts';
import type { InstallerForm } from './installer-form.ts';
import type { Receiver } from './receiving.ts';
import type { RemoteChat, StartedChat } from './remote-chat.ts';
import type { RemoteText } from './remote-text.ts';

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
  /** A person's answer to the question that an earlier `start` failed with. Given to one `start` only. */
  challenge?: AnsweredChallenge;
}

/** A file to carry over. */
export interface OutgoingFile {
  name: string;
  contentType: string;
  /** Its bytes, at most `limit` of them. Throws `DestinationFailure` (`notSent` or `refused`). */
  read(limit: number): Promise<Buffer>;
}

export interface OutgoingText {
  /** Stable over all attempts; the idempotency key where a destination takes one. */
  key: string;
  text: string;
  /** Who wrote it; the visitor where nothing is said. `notice`: the connector says it. */
  author?: 'visitor' | 'agent' | 'notice';
  /** The text says what file this is and where it lies: it is what a system gets that takes no files. */
  file?: OutgoingFile;
}

/** One that an earlier `send` may have left in the chat, and what else there looks like it: two "ok" are two messages. */
export interface DoubtfulText extends OutgoingText {
  /** How many earlier messages of this lane had exactly this text and arrived. */
  equalBefore: number;
  /** How many more were passed over without anybody knowing whether they did. */
  maybeBefore: number;
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
  findSent(chat: RemoteChat, message: DoubtfulText): Promise<Sighting>;
  /** Everything that people see in the chat now, ours and theirs, oldest first; only where the system gives it out. Reads only. */
  readTexts?(chat: RemoteChat): Promise<RemoteText[]>;
  /** Ends the chat. A chat that is over already is a success. */
  end(chat: RemoteChat): Promise<void>;
  /** Looks a person up in the system's own customer base; only where it has one. Reads only. */
  findCustomers?(keys: CustomerKeys): Promise<RemoteCustomer[]>;
  /** Asks the system whether these settings work, without a trace there. Throws nothing on purpose: trouble is a finding. */
  check(): Promise<Finding[]>;
  /**
   * Makes the system call `url` with these credentials when there is something to read; only where its API can. Repeating
   * it makes no second registration. Throws nothing on purpose: trouble is a finding.
   */
  registerCallbacks?(url: string, credentials: CallbackCredentials): Promise<Finding[]>;
  /** What the remote side writes. */
  receiver?: Receiver;
}

/** What a system can do, as far as the bridge acts on it. */
export interface Capabilities {
  /** Its start carries the first message, so the bridge does not send that one again. */
  startCarriesText: boolean;
  /** Whether a start in doubt can be looked up. */
  canFindStarted: boolean;
  /** Each chat is read by a listener of its own; else one reads all open chats of the destination. */
  listensPerChat: boolean;
  /** Takes files; else a text announces them. */
  sendsFiles: boolean;
  /** A message in doubt is recognised by an id of ours; else by its text, counted. */
  knowsOurIds: boolean;
  /** Can push hints that there is something to read. */
  pushesHints: boolean;
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
  /** How its hints are read, where it pushes some. */
  callbacks?: Callbacks;
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

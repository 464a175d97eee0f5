import type { FaultMatch, Faults } from '../simulators/faults.ts';

/** A file as the remote side was given it. */
export interface SeenFile {
  name: string;
  /** Bytes. */
  size: number;
}

/** What a chat system must show for the battery to judge it: its simulator, and how that is called and read. */
export interface RunningSubject {
  faults: Faults;
  /** Which calls the faults are about. `read`: those that `receive` makes. */
  calls: { start: FaultMatch; send: FaultMatch; end: FaultMatch; read: FaultMatch };
  /** Settings that work and are quick; `origin` (http://host:port) in place of the simulator's own. */
  settings(origin?: string): object;
  /** Settings that are wrong in one point each, and the setting that `check` must name. */
  wrongSettings: readonly { what: string; settings: object; field: string }[];
  /** Member of an answer to a reading: the list in which the same thing may come twice. */
  listMember: string;
  /** Member of such an answer: the list in which messages stand in order. */
  orderMember: string;

  /** Chats that were started, in order, as the simulator's ledger has them. */
  startedChats(): string[];
  /** Texts of the visitor's side in one chat that were carried out, in order, that of the start left out. */
  sentTexts(remoteId: string): string[];
  /** Files of the visitor's side; empty where the system takes none. */
  sentFiles(remoteId: string): SeenFile[];
  /** How often the chat was ended. */
  timesEnded(remoteId: string): number;

  agentWrites(remoteId: string, text: string): void;
  agentSendsFile(remoteId: string, name: string, bytes: Buffer): void;
  /** Sets the system's clock ahead of ours, in ms. */
  skewClock(ms: number): void;
  /** How long what is written from now on takes to show in the transcript, in ms. */
  showLate(ms: number): void;
  /** The system knows nothing of the chat any more. */
  forget(remoteId: string): void;
  close(): Promise<void>;
}

/** What is entered where something else would be right; no answer to a person may hold it where it is a secret. */
export const WRONG = 'no-such-value-4711';

/** One chat system under test. */
export interface Subject {
  /** As in the registry. */
  type: string;
  /** Whether what was said is numbered, so that a reader can put it in order. */
  numbersMessages: boolean;
  start(): Promise<RunningSubject>;
}

import type { RemoteRole } from './receiving.ts';

/** A text as it stands in a remote chat now. */
export interface RemoteText {
  /** `self`: our side of the chat. `unknown`: the system's name for the author is in no list. */
  author: { role: RemoteRole | 'self' | 'unknown'; name?: string };
  /** Plain text; empty when there are only files. */
  text: string;
  sentAt?: Date;
  /** Names of its files. */
  files: readonly string[];
}

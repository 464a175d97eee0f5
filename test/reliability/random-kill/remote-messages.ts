import type { Story, System } from './story.ts';

/** Given to the program as its one argument, as JSON. */
export interface RemoteSetup {
  folder: string;
  seed: number;
}

/** What the process with the other side tells. */
export type FromRemote =
  | { kind: 'ready'; urls: Record<'rest' | System, string> }
  /** iAdvize knows the conversation now. */
  | { kind: 'known'; conversationId: number }
  /** An agent has written everything it had to say in that chat. */
  | { kind: 'answered'; conversationId: number; system: System };

export type ToRemote = { kind: 'learn'; story: Story } | { kind: 'calm' };

/** One line per text that an agent wrote. */
export interface WrittenAnswer {
  system: System;
  chatId: string;
  conversationId: number;
  text: string;
}

export const ledgerFiles = (folder: string): Record<System | 'answers' | 'sender', string> => ({
  thulium: `${folder}/thulium.jsonl`,
  xm: `${folder}/xm.jsonl`,
  servicepattern: `${folder}/servicepattern.jsonl`,
  answers: `${folder}/answers.jsonl`,
  sender: `${folder}/sender.jsonl`,
});

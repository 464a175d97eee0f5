import type { Destination } from '../../../src/destinations/contract.ts';
import { DestinationFailure } from '../../../src/destinations/destination-failure.ts';
import { sightingByCount } from '../../../src/destinations/sighting-by-count.ts';
import { type SteppedWorker, Vanished } from './stepped-worker.ts';

/**
 * How a call of the chat system goes. `answer-lost` and `worker-lost`: it was carried out; `request-lost` and
 * `unreachable`: it was not; `throttled`: it was refused for now. A look only fails, or does not.
 */
export const FATES = ['well', 'answer-lost', 'request-lost', 'unreachable', 'throttled', 'worker-lost'] as const;

export interface Fate {
  fate: (typeof FATES)[number];
  /** It shows in the transcript a tick later only. */
  showsLate: boolean;
}

export const WELL: Fate = { fate: 'well', showsLate: false };

interface Effect {
  what: string;
  chatId: string;
  showsAt: number;
}

/** What a person reads in a chat: its start, its texts, its end. */
export const START = '(start)';
export const END = '(end)';

/** A chat system without ids of ours, whose history tells the truth, some of it late. Its ledger is what people see. */
export class ModelledChats {
  readonly #effects = new Map<string, Effect[]>();
  readonly #ended = new Set<string>();
  /** Called with every effect, when it happens. */
  readonly #onEffect: (conversationId: string) => void;
  #chats = 0;
  now = 0;

  constructor(onEffect: (conversationId: string) => void) {
    this.#onEffect = onEffect;
  }

  seen(conversationId: string): string[] {
    return this.#of(conversationId).map(({ what }) => what);
  }

  /** The chat system as that worker calls it. `fateOf`: how its next call goes. */
  destinationFor(worker: SteppedWorker, fateOf: () => Fate): Destination {
    const write = async <Result>(carryOut: (showsAt: number) => Result): Promise<Result> => {
      await worker.pass('remote');
      const { fate, showsLate } = fateOf();
      worker.sending = false;
      if (fate === 'request-lost') throw new DestinationFailure('unknown', 'no-answer');
      if (fate === 'unreachable') throw new DestinationFailure('notSent', 'unreachable');
      if (fate === 'throttled') throw new DestinationFailure('throttled', 'rate-limited', { retryAfterMs: 10_000 });
      const result = carryOut(showsLate ? this.now + 1 : this.now);
      if (fate === 'answer-lost') throw new DestinationFailure('unknown', 'no-answer');
      if (fate !== 'worker-lost') return result;
      worker.vanish();
      throw new Vanished();
    };
    const look = async <Seen>(seen: () => Seen): Promise<Seen> => {
      await worker.pass('remote');
      const { fate } = fateOf();
      if (fate === 'well' || fate === 'answer-lost') return seen();
      if (fate === 'throttled') throw new DestinationFailure('throttled', 'rate-limited', { retryAfterMs: 10_000 });
      if (fate !== 'worker-lost') throw new DestinationFailure('notSent', 'unreachable');
      worker.vanish();
      throw new Vanished();
    };
    return {
      start: ({ conversationId }) =>
        write((showsAt) => {
          const chatId = `${conversationId}#${(this.#chats += 1)}`;
          this.#add(conversationId, { what: START, chatId, showsAt });
          return { remoteId: chatId, state: {} };
        }),
      findStarted: ({ conversationId }) =>
        look(() => {
          const start = this.#of(conversationId).find(({ what, showsAt }) => what === START && showsAt <= this.now);
          if (!start) return { outcome: 'notSent' };
          return { outcome: 'sent', chat: { remoteId: start.chatId, state: {} } };
        }),
      send: ({ remoteId }, { text }) =>
        write((showsAt) => {
          this.#add(conversationOf(remoteId), { what: text, chatId: remoteId, showsAt });
          return {};
        }),
      findSent: ({ remoteId }, message) =>
        look(() => {
          const shown = this.#of(conversationOf(remoteId)).filter(({ showsAt }) => showsAt <= this.now);
          return sightingByCount(shown.filter(({ what }) => what === message.text).length, message);
        }),
      end: ({ remoteId }) =>
        write((showsAt) => {
          // Ending twice is ending once.
          if (this.#ended.has(remoteId)) return;
          this.#ended.add(remoteId);
          this.#add(conversationOf(remoteId), { what: END, chatId: remoteId, showsAt });
        }),
      check: async () => [],
    };
  }

  #of(conversationId: string): Effect[] {
    return this.#effects.get(conversationId) ?? [];
  }

  #add(conversationId: string, effect: Effect): void {
    this.#effects.set(conversationId, [...this.#of(conversationId), effect]);
    this.#onEffect(conversationId);
  }
}

const conversationOf = (chatId: string): string => chatId.slice(0, chatId.lastIndexOf('#'));

import { setTimeout as pause } from 'node:timers/promises';
import { compareTexts } from '../reliability/random-kill/compare-texts.ts';
import type { Sender } from '../simulators/iadvize-sender.ts';
import { eventually } from './eventually.ts';
import { converse, type ProcessWorld } from './process-world.ts';

export const SAID = ['one', 'two', 'two', 'three', 'four', 'five', 'one', 'six'];
const ENDED = [...SAID, '(end)'];
const CONVERSATIONS = 30;
/** Long enough for every worker to have lanes in the middle of things. */
const ANSWER_MS = 120;

/** Some conversations of website 1, begun one after the other. */
export interface UnderWay {
  ids: number[];
  /** True when every event was taken over. */
  done: Promise<boolean>;
  /** Resolves when half of them have begun to be carried. */
  inTheMiddle(): Promise<void>;
  /** Resolves when every chat has ended. Throws where the service refused an event. */
  arrived(): Promise<void>;
  /** The longest time for which any conversation that was not over stood still since then, in ms. Throws when all were over. */
  longestSilenceMs(since: number): number;
  /** Conversations of which the chat has anything twice, against their order, or not at all. */
  wrong(): string[][][];
  /** How many messages the visitors wrote, their ends with them. */
  messages: number;
  /** Those that a chat has once more than it should. */
  doubled(): string[];
}

export function startConversations(world: ProcessWorld, sender: Sender, firstId: number): UnderWay {
  const { thulium, seenInThulium } = world.stage;
  const late = { match: { method: 'POST', path: /\/message$/ }, times: Infinity, kind: 'delay-after' as const };
  thulium.faults.add({ ...late, ms: ANSWER_MS });
  const ids = Array.from({ length: CONVERSATIONS }, (_, index) => firstId + index);
  const talking = ids.map(async (conversationId, index) => {
    await pause(index * 20);
    return converse(world, sender, { websiteId: 1, conversationId, texts: SAID });
  });
  const done = Promise.all(talking).then((all) => all.every(Boolean));
  const isOver = (id: number): boolean => seenInThulium(id).at(-1)?.at(-1) === '(end)';

  return {
    ids,
    done,
    async inTheMiddle() {
      const begun = (): number => ids.filter((id) => (seenInThulium(id)[0]?.length ?? 0) > 2).length;
      await eventually(begun, (now) => now >= CONVERSATIONS / 2, 20_000);
    },
    async arrived() {
      if (!(await done)) throw new Error('an event was refused for good');
      await eventually(
        () => ids.filter((id) => !isOver(id)),
        (open) => open.length === 0,
      );
    },
    longestSilenceMs(since) {
      const entries = thulium.ledger.entries();
      const silences = ids.flatMap((id) => {
        const start = entries.find(
          (entry) => entry.kind === 'start' && entry.client_email === `visitor${id}@example.org`,
        );
        const own = entries.filter((entry) => entry.conversationId === start?.conversationId);
        const after = own.map(({ at }) => Date.parse(at)).filter((at) => at > since);
        return after.map((at, index) => at - (after[index - 1] ?? since));
      });
      if (silences.length === 0) throw new Error('every conversation was over already: nothing was measured');
      return Math.max(...silences);
    },
    messages: CONVERSATIONS * ENDED.length,
    doubled: () =>
      ids.flatMap((id) => {
        const [[, ...said] = [], ...others] = seenInThulium(id);
        return [...compareTexts(ENDED, said).doubled, ...others.flat()];
      }),
    wrong: () => ids.map((id) => seenInThulium(id)).filter((seen) => !isWhole(seen)),
  };
}

const isWhole = ([chat, ...others]: string[][]): boolean =>
  others.length === 0 && chat?.slice(1).join() === ENDED.join();

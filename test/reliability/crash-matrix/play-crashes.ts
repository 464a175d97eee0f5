import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SeenChats } from '../../support/chat-stage.ts';
import { type CrashWorld, startCrashWorld } from '../../support/crash-world.ts';
import { eventually } from '../../support/eventually.ts';

/**
 * The crash matrix: at every point the service dies once as by `kill -9`, comes back and is waited for until nothing is
 * left to do. Judged by what the sender handed over and what the chat systems have; never by our own tables.
 */
const TEXTS = ['one', 'two', 'two', 'three', 'one'];
export const OPENING: unknown = expect.stringContaining('[iAdvize] Conversation from Shop');
export const WHOLE = [OPENING, ...TEXTS, '(end)'];

export const BOTH = 1;
export const THULIUM = 2;
export const XM = 3;
export const XM_HOLD = 4;
export const SERVICEPATTERN = 5;

type System = 'thulium' | 'xm' | 'servicepattern';
const INSTALLED: [site: number, systems: System[], settings?: object][] = [
  [BOTH, ['thulium', 'xm']],
  [THULIUM, ['thulium']],
  [XM, ['xm']],
  [XM_HOLD, ['xm'], { uncertainPolicy: 'hold' }],
  [SERVICEPATTERN, ['servicepattern']],
];

export interface Crash {
  /** Where: `K8#4` is the fourth passing. */
  at: string;
  when: string;
  site: number;
  /** What every agent must have seen in the end, if it is not the conversation once and whole. */
  wanted?: unknown[][];
  /** The start stays uncertain, as the installation wants it. */
  held?: true;
}

const WAY_IN_CLOSE = new Set(['K4#2', 'K6#2']);

/** What the agents of every chat system of that conversation's installation have seen. */
function seen(world: CrashWorld, { site, id }: { site: number; id: number }): SeenChats[] {
  const { seenInThulium: thulium, seenInXm: xm, seenInServicepattern: servicepattern } = world;
  const seenIn = { thulium, xm, servicepattern };
  const [, systems = []] = INSTALLED.find(([installed]) => installed === site) ?? [];
  return systems.map((system) => seenIn[system](id));
}

const isOver = (chats: SeenChats): boolean => chats.at(-1)?.at(-1) === '(end)';
const wantedOf = (crash: Crash): unknown[][] => crash.wanted ?? [WHOLE];

/** One test for each of them, in this order, on one service. */
export function playCrashes(given: readonly Crash[]): void {
  const crashes = given.map((crash, index) => ({ ...crash, id: index + 1 }));

  let world: CrashWorld;

  beforeAll(async () => {
    world = await startCrashWorld();
    await world.start(crashes[0]?.at);
    for (const installation of INSTALLED) await world.install(...installation);
  });
  afterAll(() => world.stop());

  test.each(crashes)('$at: $when', async (crash) => {
    await world.arm(crash.at);
    if (crash.at.startsWith('K9')) world.keepAnswersBack();
    // Only the close may be struck at the second passing.
    const handedOver = world.converse(crash.site, crash.id, TEXTS, WAY_IN_CLOSE.has(crash.at));
    await world.death();
    world.answerAtOnce();
    // With the next one's point in it, asleep.
    await world.start(crashes[crash.id]?.at);
    expect(await handedOver).toBe(true);

    if (crash.held) {
      const isHeld = ([start, next]: string[]): boolean => start === 'uncertain' && next !== undefined;
      const [, ...rest] = await eventually(() => world.statusesOf(crash.id), isHeld);
      expect(new Set(rest)).toEqual(new Set(['pending']));
    } else {
      await eventually(
        () => seen(world, crash),
        (all) => all.every(isOver),
      );
      // An end that arrived may still be in doubt: what is made of that must not meet the next one's point.
      await eventually(
        () => world.statusesOf(crash.id),
        (all) => all.every((status) => status === 'delivered' || status === 'skipped'),
      );
    }
    for (const chats of seen(world, crash)) expect(chats).toEqual(wantedOf(crash));
  });

  test('After all of them: nothing came later', () => {
    for (const crash of crashes) for (const chats of seen(world, crash)) expect(chats).toEqual(wantedOf(crash));
  });
}

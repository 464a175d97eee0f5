import fc from 'fast-check';
import { FATES, type Fate } from './modelled-chats.ts';

/** Texts are few, so that equal ones follow each other. */
export const TEXTS = ['ok', 'ok?', 'hello'] as const;

export type Move =
  /** The next event of a conversation; `again`: one that was planned before. Cut off at that statement, where told. */
  | { do: 'plan'; lane: number; event: 'say' | 'close' | 'again'; text: number; cutAt: number | null }
  /** One worker goes on by so many calls. */
  | { do: 'step'; worker: number; times: number }
  /** `kill -9` in the middle of what it does next, at that statement of a transaction; a fresh one takes its place. */
  | { do: 'kill'; worker: number; statement: number }
  /** Time passes; workers with a 1 in `cutOff` do not reach the database to renew their leases. */
  | { do: 'tick'; cutOff: number };

export interface Play {
  workers: number;
  lanes: number;
  moves: Move[];
  /** How the calls of the chat system go, one after the other; all that follow go well. */
  fates: Fate[];
}

const fate: fc.Arbitrary<Fate> = fc.record({
  fate: fc.oneof(
    { weight: 1, arbitrary: fc.constant('well' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...FATES) },
  ),
  showsLate: fc.boolean(),
});
const worker = fc.nat(7);

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      lane: fc.nat(3),
      event: fc.constantFrom('say' as const, 'say' as const, 'say' as const, 'close' as const, 'again' as const),
      text: fc.nat(TEXTS.length - 1),
      cutAt: fc.option(fc.nat(5), { freq: 4 }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('step' as const), worker, times: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), worker, statement: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const), cutOff: fc.nat(255) }) },
);

export const plays: fc.Arbitrary<Play> = fc.record({
  workers: fc.integer({ min: 2, max: 8 }),
  lanes: fc.integer({ min: 1, max: 4 }),
  moves: fc.array(move, { minLength: 30, maxLength: 90, size: 'max' }),
  fates: fc.array(fate, { maxLength: 60, size: 'max' }),
});

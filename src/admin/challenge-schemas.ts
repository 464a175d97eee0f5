import { z } from 'zod';
import { plainText } from '../http/paging.ts';

const time = z.coerce.date();

/** A question of a chat system as the operator sees it. */
export const shownChallenge = z
  .object({
    id: z.string(),
    installation: z.string(),
    conversation: z.string(),
    destination: z.string(),
    attempt: z.number().describe('1 for the first question of this start.'),
    image: z.string().describe('A data URL.'),
    createdAt: time,
    expiresAt: time.describe('A later answer brings a fresh question.'),
  })
  .meta({ id: 'Challenge' });

export type ShownChallenge = z.infer<typeof shownChallenge>;

export const challengeList = z.object({ items: z.array(shownChallenge) });

/** Blanks at the edges are no part of an answer; its case may be. */
export const challengeAnswer = z.strictObject({ answer: plainText(100).trim().min(1) });

import { Router } from 'express';
import { z } from 'zod';
import { HttpError } from '../http/errors.ts';
import { readJson } from '../http/json-body.ts';
import { captureRawBody } from '../http/raw-body.ts';
import type { Database } from '../persistence/database.ts';
import { listChallenges } from './challenge-list.ts';
import { challengeAnswer } from './challenge-schemas.ts';

const BODY_LIMIT = 4 * 1024;

/** False when the question is not open. */
export type AnswerChallenge = (id: string, answer: string) => Promise<boolean>;

/** `GET /admin/api/challenges` and `POST /admin/api/challenges/:id`. Mount behind the admin guard. */
export function challengeRoutes(database: Database, answerChallenge: AnswerChallenge, onAnswered: () => void): Router {
  const router = Router();
  const path = '/admin/api/challenges';

  router.get(path, async (_request, response) => {
    response.json({ items: await listChallenges(database) });
  });
  router.post(`${path}/:id`, captureRawBody(BODY_LIMIT), async (request, response) => {
    const id = z.uuid().safeParse(request.params['id']);
    const { answer } = readJson(request, challengeAnswer);
    if (!id.success || !(await answerChallenge(id.data, answer))) {
      throw new HttpError(
        'not-found',
        'There is no open question of that id. List them again: it may have been replaced.',
      );
    }
    onAnswered();
    response.status(204).end();
  });
  return router;
}

import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { challengeAnswer, challengeList } from './challenge-schemas.ts';

const CHALLENGE = {
  id: '0b1f7a52-6f0e-4b3c-9a53-0c1b7f6f2f10',
  installation: 'ha-123',
  conversation: 'ha-123:456',
  destination: 'xm-watch',
  attempt: 1,
  image: 'data:image/jpeg;base64,/9j/4AAQSkZJRg==',
  createdAt: '2026-01-05T10:00:00.000Z',
  expiresAt: '2026-01-05T10:02:00.000Z',
};

/** What `challengeRoutes` answers. */
export const challengePaths: readonly Operation[] = [
  {
    id: 'listChallenges',
    method: 'get',
    path: '/admin/api/challenges',
    tag: 'Operation',
    summary: 'Captchas that wait for a person, oldest first',
    guard: 'admin',
    answers: {
      200: { description: 'At most 200.', content: json(challengeList, { one: { items: [CHALLENGE] } }) },
    },
  },
  {
    id: 'answerChallenge',
    method: 'post',
    path: '/admin/api/challenges/{id}',
    tag: 'Operation',
    summary: 'Answers a captcha, and lets the start that waits for it go on',
    guard: 'admin',
    params: z.object({ id: z.string() }),
    body: { content: json(challengeAnswer, { answer: { answer: 'k9fzp' } }) },
    answers: { 204: { description: 'Taken. It is used once.' } },
    errors: ['not-found', 'invalid-json', 'invalid-input', 'body-too-large', 'unsupported-content-type'],
  },
];

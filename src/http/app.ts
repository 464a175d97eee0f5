import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from '../observability/logger.ts';
import { answerErrors, answerNotFound } from './error-answer.ts';
import { type AnsweredRequest, requestContext } from './request-context.ts';

/** The Express app around the rooms' routers, tried in the order given; those of `early` before helmet. */
export function createApp(
  logger: Logger,
  routers: readonly Router[],
  { early = [], onAnswered }: { early?: readonly Router[]; onAnswered?: (answered: AnsweredRequest) => void } = {},
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Keys stay as they were sent: "search[default][contains]" is one key, and no query can build an object.
  app.set('query parser', 'simple');
  app.use(requestContext(logger, onAnswered));
  for (const router of early) app.use(router);
  app.use(helmet());
  for (const router of routers) app.use(router);
  app.use(answerNotFound);
  app.use(answerErrors(logger));
  return app;
}

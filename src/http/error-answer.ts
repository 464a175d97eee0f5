import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ZodError } from 'zod';
import type { Logger } from '../observability/logger.ts';
import { HttpError, RETRY_AFTER_SECONDS } from './errors.ts';
import { fieldPath } from './field-path.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** Answers every path nobody answered. */
export const answerNotFound: RequestHandler = () => {
  throw new HttpError('not-found', 'There is nothing at this path. The README lists the paths of this service.');
};

/** Turns whatever was thrown into `{"error":{code, message, id}}` (product 3). The id is the request's, as in the log. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = toHttpError(thrown);
    if (error.status >= 500) logger.error({ requestId: request.id, code: error.code, error: error.cause ?? thrown });
    if (response.headersSent) return next(thrown);
    const { code, message, field } = error;
    // It may have been thrown before helmet had its turn.
    for (const [name, value] of SECURITY_HEADERS) response.set(name, value);
    if (error.status === 429) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
    response.status(error.status).json({ error: { code, message, id: request.id, ...(field && { field }) } });
  };
}

function toHttpError(thrown: unknown): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (thrown instanceof ZodError) {
    const [issue] = thrown.issues;
    const field = issue ? fieldPath(issue) : '';
    return new HttpError('invalid-input', `${field || 'The input'}: ${issue?.message ?? 'is not valid'}`, { field });
  }
  // URIError: a path with broken percent-encoding, thrown by the router before any handler.
  if (thrown instanceof URIError) return new HttpError('not-found', 'The path is not valid percent-encoding.');
  return new HttpError('internal', 'Something went wrong here. Quote the id to whoever runs this service.', {
    cause: thrown,
  });
}

import type { RequestHandler } from 'express';
import { HttpError } from './errors.ts';
import type { SecretToken } from './secret-tokens.ts';
import { verifySignature } from './signature.ts';

/**
 * Lets only requests signed by iAdvize pass; all others get the same 401, and the failed rule goes to the log only.
 * Needs `request.rawBody`.
 */
export function requireSignature(secrets: readonly SecretToken[], now: () => Date = () => new Date()): RequestHandler {
  return (request, _response, next) => {
    const queryStart = request.originalUrl.indexOf('?');
    const verdict = verifySignature(
      {
        method: request.method,
        rawQuery: queryStart < 0 ? '' : request.originalUrl.slice(queryStart + 1),
        rawBody: request.rawBody,
        header: request.get('x-iadvize-signature'),
      },
      secrets,
      now(),
    );
    if (!verdict.valid) {
      request.logFields.signatureRule = verdict.rule;
      throw new HttpError('signature-refused', 'The request is not signed by a current secret of this connector.');
    }
    request.logFields.secretId = verdict.secretId;
    next();
  };
}

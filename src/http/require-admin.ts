import type { RequestHandler } from 'express';
import { sameSecret } from './constant-time.ts';
import { HttpError } from './errors.ts';

/** Lets only `Authorization: Bearer ADMIN_TOKEN` pass. */
export function requireAdmin(adminToken: string): RequestHandler {
  return (request, response, next) => {
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    if (!sameSecret(given, adminToken)) {
      response.set('WWW-Authenticate', 'Bearer');
      throw new HttpError('unauthorized', 'Send "Authorization: Bearer <ADMIN_TOKEN>" with the token of this service.');
    }
    next();
  };
}

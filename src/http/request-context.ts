import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Logger } from '../observability/logger.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Names this request in answers and logs: iAdvize's delivery id, or one of ours. */
    id: string;
    /** The body exactly as received; empty where no route reads it. */
    rawBody: Buffer;
    /** What the log line of this request says beyond the usual. Ids, codes and counts only. */
    logFields: Record<string, string | number | boolean>;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Gives the request its id and writes one line when it was answered. The line names the route's pattern, not the path:
 * paths and queries carry e-mails, visitor ids and the push key. Probes are logged at debug.
 */
export function requestContext(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const delivery = request.get('x-iadvize-delivery');
    request.id = delivery !== undefined && UUID.test(delivery) ? delivery.toLowerCase() : randomUUID();
    request.rawBody = Buffer.alloc(0);
    request.logFields = {};
    const startedAt = performance.now();
    response.on('close', () => {
      const pattern: unknown = (request.route as { path?: unknown } | undefined)?.path;
      const route = typeof pattern === 'string' ? `${request.baseUrl}${pattern}` : 'none';
      const probe = route === '/health' || route === '/live' || route === '/ready';
      logger[probe ? 'debug' : 'info']({
        event: 'request',
        requestId: request.id,
        method: request.method,
        route,
        status: response.statusCode,
        ms: Math.round(performance.now() - startedAt),
        ...(response.writableFinished ? {} : { aborted: true }),
        ...request.logFields,
      });
    });
    next();
  };
}

import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type Logger, withoutRedaction } from '../observability/logger.ts';
import type { SignatureRule } from './signature.ts';

declare module 'express-serve-static-core' {
  interface Request {
    /** Names this request in answers and logs: iAdvize's delivery id, or one of ours. */
    id: string;
    /** The body exactly as received; empty where no route reads it. */
    rawBody: Buffer;
    logFields: RequestLogFields;
  }
}

/** What the log line of a request may say beyond the usual. A closed list of codes, names of ours and counts. */
export interface RequestLogFields {
  signatureRule?: SignatureRule;
  /** Place of the secret in the list, never the secret. */
  secretId?: string;
  eventStatus?: string;
  duplicate?: true;
  /** Fields of a verification call that were judged wrong. */
  faults?: number;
  lateSources?: string;
  failedSources?: string;
  callback?: 'accepted' | 'ignored' | 'refused' | 'no-credentials-configured';
  installation?: string;
  destination?: string;
}

/** A request when its answer has left. */
export interface AnsweredRequest {
  ms: number;
  fields: Readonly<RequestLogFields>;
}

const NO_BODY = Buffer.alloc(0);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Gives the request its id and writes one line when it was answered. The line names the route's pattern, not the path:
 * paths and queries carry e-mails, visitor ids and the push key. Probes are logged at debug. `onAnswered` counts what the
 * line says.
 */
export function requestContext(logger: Logger, onAnswered?: (answered: AnsweredRequest) => void): RequestHandler {
  const lines = withoutRedaction(logger);
  return (request, response, next) => {
    const delivery = request.headers['x-iadvize-delivery'];
    request.id = typeof delivery === 'string' && UUID.test(delivery) ? delivery.toLowerCase() : randomUUID();
    request.rawBody = NO_BODY;
    request.logFields = {};
    const startedAt = performance.now();
    response.on('close', () => {
      const pattern: unknown = (request.route as { path?: unknown } | undefined)?.path;
      const route = typeof pattern === 'string' ? `${request.baseUrl}${pattern}` : 'none';
      const ms = performance.now() - startedAt;
      onAnswered?.({ ms, fields: request.logFields });
      const probe = route === '/health' || route === '/live' || route === '/ready';
      const line = {
        event: 'request',
        requestId: request.id,
        method: request.method,
        route,
        status: response.statusCode,
        ms: Math.round(ms),
        // What is undefined is no part of the line.
        aborted: response.writableFinished ? undefined : true,
      };
      lines[probe ? 'debug' : 'info'](Object.assign(line, request.logFields));
    });
    next();
  };
}

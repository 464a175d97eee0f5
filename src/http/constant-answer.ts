import type { ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from './security-headers.ts';

/**
 * An answer in JSON that is the same each time, its headers included: Express would look up and check each of them anew,
 * which takes longer than to read and verify a webhook. For routes before helmet: a header that was set already makes
 * Node.js do that work after all.
 */
export function constantAnswer(status: number, value: object): (response: ServerResponse) => void {
  const body = JSON.stringify(value);
  const length = String(Buffer.byteLength(body));
  const own = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length];
  const headers = [...SECURITY_HEADERS.flat(), ...own];
  return (response) => void response.writeHead(status, headers).end(body);
}

import http from 'node:http';
import { leaksIn } from './canaries.ts';

/** Found since the last look; of all modules of a test file, however they were loaded. */
const found: string[] = ((globalThis as { leaksFound?: string[] }).leaksFound ??= []);

/** Looks through something this service said. */
export function watch(where: string, text: string): void {
  found.push(...leaksIn(where, text));
}

/** Throws when anything that was looked through since the last time held what it must not. */
export function throwLeaks(): void {
  const leaks = found.splice(0);
  if (leaks.length > 0)
    throw new Error(`${leaks.length} times something confidential:\n${leaks.slice(0, 5).join('\n')}`);
}

/** The log of a service in this process: every line is looked through. */
export function watchedLog(): { stream: { write(line: string): void }; lines: string[]; text(): string } {
  const lines: string[] = [];
  return {
    lines,
    stream: {
      write(line) {
        lines.push(line);
        watch('a log line', line);
      },
    },
    text: () => lines.join(''),
  };
}

/** The service's own answers are told from those of simulators by its headers, or by the form of its errors. */
const isOurs = (response: http.ServerResponse, body: string): boolean =>
  response.hasHeader('content-security-policy') || body.startsWith('{"error":{"code":');

type Write = (this: http.ServerResponse, chunk?: unknown, ...rest: unknown[]) => unknown;
interface Patched {
  write: Write;
  end: Write;
  watchesLeaks?: (where: string, text: string) => void;
}

/** From here on every error body and every page of figures that this process answers with is looked through. */
export function watchAnswers(onText: (where: string, text: string) => void = watch): void {
  const prototype = http.ServerResponse.prototype as unknown as Patched;
  const isPatched = prototype.watchesLeaks !== undefined;
  // Test files that share a process share the prototype, each with an eye of its own.
  prototype.watchesLeaks = onText;
  if (isPatched) return;
  const bodies = new WeakMap<http.ServerResponse, string>();
  const take = (response: http.ServerResponse, chunk: unknown): void => {
    const isText = typeof chunk === 'string' || Buffer.isBuffer(chunk);
    if (isText) bodies.set(response, `${bodies.get(response) ?? ''}${chunk.toString()}`);
  };
  const isWatched = (response: http.ServerResponse): boolean =>
    response.statusCode >= 400 || response.req.url === '/metrics';
  const { write, end } = prototype;
  prototype.write = function (chunk, ...rest) {
    if (isWatched(this)) take(this, chunk);
    return write.call(this, chunk, ...rest);
  };
  prototype.end = function (chunk, ...rest) {
    if (isWatched(this)) {
      take(this, chunk);
      const body = bodies.get(this) ?? '';
      if (isOurs(this, body)) prototype.watchesLeaks?.(`the answer ${this.statusCode} to ${this.req.method}`, body);
    }
    return end.call(this, chunk, ...rest);
  };
}

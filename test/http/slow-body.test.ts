import net from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Router } from 'express';
import { createApp } from '../../src/http/app.ts';
import { captureRawBody } from '../../src/http/raw-body.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { createLogger } from '../../src/observability/logger.ts';

let server: RunningServer;

beforeAll(async () => {
  const logger = createLogger({ level: 'silent' });
  const router = Router();
  router.post('/echo', captureRawBody(1_000, 50), (request, response) => void response.send(request.rawBody));
  server = await startServer(createApp(logger, [router]), { port: 0, host: '127.0.0.1' });
});
afterAll(() => server.drain());

/** Everything the server said until it closed the connection. */
async function answerTo(text: string): Promise<string> {
  const socket = net.connect(server.port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, 'close');
  return answer;
}

const head = (length: number): string =>
  `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`;

test('a body that stops half-way is answered with 408 and the connection is closed', async () => {
  const answer = await answerTo(`${head(10)}half`);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toContain('"code":"request-timeout"');
});

test('a whole one is not', async () => {
  expect(await answerTo(`${head(4)}half`)).toMatch(/^HTTP\/1.1 200 [^]*half$/);
});

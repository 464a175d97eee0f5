import type { AddressInfo } from 'node:net';
import express from 'express';

/** What Express alone can do: a fixed answer, nothing read, nothing checked, nothing logged. */
const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.get('/fixed', (_request, response) => void response.json({ status: 'UP' }));
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'listening', port: (server.address() as AddressInfo).port })}\n`);
});

import fs from 'node:fs';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before the service: what a test asks of a thread that is not the first one, by files in the folder HELD_WORKERS.
 * While there is `hold` it does nothing else, and says so with `held`; `fail` throws where nobody catches.
 */
const folder = process.env['HELD_WORKERS'] ?? '';
const at = (name: string): string => path.join(folder, name);
const LOOK_AGAIN_MS = 10;

if (!isMainThread) {
  setInterval(() => {
    if (fs.existsSync(at('fail'))) throw new Error('a fault that nobody foresaw');
    while (fs.existsSync(at('hold'))) {
      fs.writeFileSync(at('held'), '');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_AGAIN_MS);
    }
  }, LOOK_AGAIN_MS).unref();
}

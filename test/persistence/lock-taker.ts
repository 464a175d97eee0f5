import { lockDataFolder } from '../../src/persistence/data-folder-lock.ts';

/** One folder after the other, so that the processes meet at each of them anew. */
const APART_MS = 15;

/** Usage: lock-taker.ts <epoch ms> <folder>…: tries the folders from that moment on, prints which it got, holds them. */
const [at = '0', ...folders] = process.argv.slice(2);
const got = await Promise.all(
  folders.map(async (folder, index) => {
    await new Promise((resolve) => setTimeout(resolve, Number(at) + index * APART_MS - Date.now()));
    try {
      await lockDataFolder(folder);
      return [folder];
    } catch (error) {
      // Any other failure must not pass for a lock that somebody else has.
      if (error instanceof Error && error.message.includes('is in use by process')) return [];
      throw error;
    }
  }),
);
process.stdout.write(`${JSON.stringify(got.flat())}\n`);
setInterval(() => undefined, 1_000);

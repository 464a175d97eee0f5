import fs from 'node:fs/promises';
import path from 'node:path';
import type { CategoryAnswers } from './category-answers.ts';
import { packIndex, unpackIndex } from './packed-index.ts';
import type { SearchIndex } from './search-index.ts';

/** To be raised whenever an index of the same products would come out differently; a test notices most of it. */
export const INDEX_FORMAT = 2;

/** Built indexes on disk, so that a restart need not build them again. Only ever a copy: any of them may be missing. */
export interface IndexFiles {
  /** Undefined when there is none of this key that can be used. `hold` is told first what it will take, and may throw. */
  load(
    importId: string,
    key: string,
    categories: CategoryAnswers,
    hold?: (bytes: number) => void,
  ): Promise<SearchIndex | undefined>;
  /** Throws what the file system throws. */
  save(importId: string, key: string, index: SearchIndex): Promise<void>;
  /** Removes the files of all imports for which this does not hold. */
  keepOnly(isWanted: (importId: string) => boolean): Promise<void>;
}

const ENDING = '.index';

/** Keeps them in `folder`, which is made when it is needed. */
export function createIndexFiles(folder: string): IndexFiles {
  const fileOf = (importId: string): string => path.join(folder, `${importId}${ENDING}`);
  return {
    async load(importId, key, categories, hold) {
      const size = await fs.stat(fileOf(importId)).then(
        (found) => found.size,
        () => undefined,
      );
      if (size === undefined) return undefined;
      hold?.(size);
      try {
        return unpackIndex(await readAligned(fileOf(importId)), key, categories);
      } catch {
        return undefined;
      }
    },
    async save(importId, key, index) {
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
      const unfinished = `${fileOf(importId)}.${process.pid}`;
      const file = await fs.open(unfinished, 'w', 0o600);
      try {
        for (const piece of packIndex(index, key)) await file.write(piece);
        await file.datasync();
      } finally {
        await file.close();
      }
      await fs.rename(unfinished, fileOf(importId));
    },
    async keepOnly(isWanted) {
      for (const name of await fs.readdir(folder).catch(() => [])) {
        const importId = /^(\d+)\.index/.exec(name)?.[1];
        if (importId === undefined || !isWanted(importId)) await fs.rm(path.join(folder, name), { force: true });
      }
    },
  };
}

/** `fs.readFile` may answer from a pool, at any offset; arrays of 32 bits need one that is a multiple of 4. */
async function readAligned(name: string): Promise<Buffer> {
  const file = await fs.open(name);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.from(new ArrayBuffer(size));
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, size - at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { ZodError } from 'zod';
import { fieldPath } from '../http/field-path.ts';
import type { Logger } from '../observability/logger.ts';
import type { Installations } from './installations.ts';

/**
 * Creates or updates every installation that INSTALLATIONS_FILE names. An entry that did not change since it was last
 * applied is left alone, so what verification or the API stored later stays. Throws with the entry and the field.
 */
export async function applyInstallationsFile(
  file: string,
  installations: Installations,
  logger: Logger,
): Promise<void> {
  for (const [index, entry] of (await readEntries(file)).entries()) {
    const hash = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
    try {
      const outcome = await installations.apply(entry, hash);
      logger.info({ event: 'installation-from-file', index, outcome });
    } catch (error) {
      if (!(error instanceof ZodError)) throw error;
      const problems = error.issues.map((issue) => `  - [${index}] ${fieldPath(issue)}: ${issue.message}`);
      throw new Error(`INSTALLATIONS_FILE has a problem in entry ${index}:\n${problems.join('\n')}`);
    }
  }
}

async function readEntries(file: string): Promise<unknown[]> {
  const text = await fs.readFile(file, 'utf8').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`INSTALLATIONS_FILE cannot be read (${code}). Check the path and its rights.`);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value as unknown[];
  } catch {
    // Falls through to the one sentence below.
  }
  throw new Error('INSTALLATIONS_FILE must hold a JSON array of installations.');
}

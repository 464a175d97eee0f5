import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

export function projectFile(file: string): string {
  return fs.readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
}

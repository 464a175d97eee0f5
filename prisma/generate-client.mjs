// Generates the Prisma client only when the schema or Prisma itself changed: "npm start" and "npm test" stay quick,
// and two of them started at once do not write the same files.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const stampFile = here('../src/generated/prisma/.stamp');
const { version } = JSON.parse(fs.readFileSync(here('../node_modules/prisma/package.json'), 'utf8'));
const stamp = createHash('sha256')
  .update(version)
  .update(fs.readFileSync(here('schema.prisma')))
  .digest('hex');

if (!fs.existsSync(stampFile) || fs.readFileSync(stampFile, 'utf8') !== stamp) {
  execFileSync(process.execPath, [here('../node_modules/prisma/build/index.js'), 'generate', '--no-hints'], {
    cwd: here('..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  fs.writeFileSync(stampFile, stamp);
}

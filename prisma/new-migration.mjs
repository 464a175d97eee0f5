// Writes prisma/migrations/<time>_<name>/migration.sql from the difference between the migrations and the schema. No server needed.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const name = process.argv[2];
if (!/^[a-z0-9_]+$/.test(name ?? '')) {
  console.error('usage: npm run migration:new -- <name in lower_case>');
  process.exit(2);
}
const args = [
  'migrate',
  'diff',
  '--from-migrations',
  'prisma/migrations',
  '--to-schema',
  'prisma/schema.prisma',
  '--script',
];
const sql = execFileSync(process.execPath, ['node_modules/prisma/build/index.js', ...args], { encoding: 'utf8' });
// Only now: a folder without its file would itself be a broken migration.
const folder = `prisma/migrations/${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(`${folder}/migration.sql`, sql);
console.log(`wrote ${folder}/migration.sql: read it before you commit it`);

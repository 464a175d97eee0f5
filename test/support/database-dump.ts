import type { Sql } from '../../src/persistence/database.ts';

const TABLES = `
SELECT quote_ident(table_name) AS name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name`;

/** Every row of every table as text; bytes stand there as what they spell. */
export async function dumpOf(sql: Sql): Promise<string> {
  const parts: string[] = [];
  for (const { name } of await sql.query<{ name: string }>(TABLES)) {
    const rows = await sql.query<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${name} AS t`);
    parts.push(
      ...rows.map(({ row }) => `${name} ${row.replace(/\\\\x((?:[0-9a-f]{2})+)/g, (_, hex: string) => spelled(hex))}`),
    );
  }
  return parts.join('\n');
}

const spelled = (hex: string): string => Buffer.from(hex, 'hex').toString();

/** The lines of a dump that hold one of the words. */
export const linesWith = (dump: string, words: readonly string[]): string[] =>
  dump.split('\n').filter((line) => words.some((word) => line.toLowerCase().includes(word.toLowerCase())));

import type { Database } from './database.ts';
import type { SecretBox } from './secret-box.ts';

/** A column of sealed texts in a table that has an `id`. Names are ours, never a caller's. */
export interface SealedColumn {
  table: string;
  column: string;
  purposeOf(id: string): string;
}

export interface SealedAnew {
  count: number;
  /** Ids of the rows that open with no key there is: they stay as they are. */
  unreadable: readonly string[];
}

/**
 * Seals with the current key what an older one sealed. Somebody who writes a row meanwhile, another process at the same
 * work for one, comes first. Repeating it does nothing.
 */
export async function sealAnew(
  database: Database,
  box: SecretBox,
  { table, column, purposeOf }: SealedColumn,
): Promise<SealedAnew> {
  const older = await database.query<{ id: string; sealed: string }>(
    `SELECT id::text, ${column} AS sealed FROM ${table} WHERE split_part(${column}, '.', 1) <> $1`,
    [box.currentKeyId],
  );
  const unreadable: string[] = [];
  for (const { id, sealed } of older) {
    const text = openIfReadable(box, sealed, purposeOf(id));
    if (text === undefined) unreadable.push(id);
    else {
      const statement = `UPDATE ${table} SET ${column} = $2 WHERE id = $1 AND ${column} = $3`;
      await database.query(statement, [id, box.seal(text, purposeOf(id)), sealed]);
    }
  }
  return { count: older.length - unreadable.length, unreadable };
}

function openIfReadable(box: SecretBox, sealed: string, purpose: string): string | undefined {
  try {
    return box.open(sealed, purpose);
  } catch {
    return undefined;
  }
}

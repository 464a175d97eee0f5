import { createHash } from 'node:crypto';

export interface CollectedCategory {
  id: string;
  parentId: string | null;
  label: string;
  /** Order among its siblings: by label, since the order of a feed means nothing to an agent. */
  ordinal: number;
}

/** More than any shop has; what a feed with an id in every path would otherwise fill the memory with. */
const MAX_CATEGORIES = 50_000;
const byLabel = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * The id of a path, the same in every import: 48 bits of a hash of the labels in lower case, as a decimal number,
 * because iAdvize's table calls ids integers.
 */
export function categoryIdOf(path: readonly string[]): string {
  const normalised = path.map((label) => label.normalize('NFKC').toLowerCase()).join('\u001f');
  return String(createHash('sha256').update(normalised).digest().readUIntBE(0, 6));
}

/** Collects the categories of one import. */
export function createCategoryCollector() {
  const rows = new Map<string, Omit<CollectedCategory, 'ordinal'>>();
  const idsByPath = new Map<string, string>();

  return {
    /** Adds a path with all its parents and returns the id of its end; undefined when there are too many. */
    add(path: readonly string[]): string | undefined {
      const key = path.join('\u001f');
      const known = idsByPath.get(key);
      if (known !== undefined) return known;
      if (rows.size + path.length > MAX_CATEGORIES) return undefined;
      let parentId: string | null = null;
      for (const [index, label] of path.entries()) {
        const id = categoryIdOf(path.slice(0, index + 1));
        if (!rows.has(id)) rows.set(id, { id, parentId, label });
        parentId = id;
      }
      if (parentId === null) return undefined;
      if (idsByPath.size < MAX_CATEGORIES) idsByPath.set(key, parentId);
      return parentId;
    },
    rows(): CollectedCategory[] {
      const counts = new Map<string | null, number>();
      return [...rows.values()]
        .sort((a, b) => byLabel.compare(a.label, b.label) || (a.id < b.id ? -1 : 1))
        .map((row) => {
          const ordinal = counts.get(row.parentId) ?? 0;
          counts.set(row.parentId, ordinal + 1);
          return { ...row, ordinal };
        });
    },
  };
}

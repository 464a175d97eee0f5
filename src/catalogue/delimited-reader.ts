import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { FeedFailure } from './feed-failure.ts';
import { type FeedItem, MAX_ITEM_LENGTH } from './raw-item.ts';

interface Row {
  record: string[];
  info: { lines: number };
}

/**
 * Reads csv and tsv whose first row names the columns. A short row is an item with empty ends; a longer one has an
 * unquoted separator in it, so that its values stand in the wrong columns: it is unreadable.
 * @throws FeedFailure truncated (an open quote at the end), broken, item-too-large
 */
export async function* readDelimited(text: AsyncIterable<string>, delimiter: string): AsyncGenerator<FeedItem> {
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ITEM_LENGTH,
  });
  // An error of the source destroys the parser, and so reaches the loop below.
  pipeline(Readable.from(text), parser, () => undefined);
  let columns: string[] | undefined;
  let lastLine = 0;
  try {
    for await (const row of parser) {
      const { record, info } = row as Row;
      const line = lastLine + 1;
      lastLine = info.lines;
      if (columns === undefined) columns = record.map((name) => name.trim());
      else yield toItem(columns, record, line);
    }
  } catch (error) {
    throw toFailure(error, lastLine + 1);
  }
}

function toItem(columns: readonly string[], record: readonly string[], line: number): FeedItem {
  const surplus = record.slice(columns.length).some((value) => value.trim() !== '');
  if (surplus) {
    return { line, reason: `the row has ${record.length} columns, the header ${columns.length}` };
  }
  const fields = new Map<string, string>();
  columns.forEach((name, index) => {
    const value = record[index]?.trim() ?? '';
    if (name !== '' && value !== '' && !fields.has(name)) fields.set(name, value);
  });
  return { line, fields };
}

function toFailure(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new FeedFailure('truncated', `Line ${line}: a quote is opened and never closed.`, { cause: error });
  }
  const code = error.code === 'CSV_MAX_RECORD_SIZE' ? 'item-too-large' : 'broken';
  return new FeedFailure(code, `Line ${line}.`, { cause: error });
}

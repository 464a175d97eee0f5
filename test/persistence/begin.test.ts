import { expect, test } from '@jest/globals';
import { begin, behindBegin } from '../../src/persistence/begin.ts';
import type { Sql } from '../../src/persistence/database.ts';

/** A session that answers what it is told to, when it is told to. */
function session() {
  const sent: string[] = [];
  const answers: { resolve: (rows: []) => void; reject: (error: Error) => void }[] = [];
  const sql: Sql = {
    query: (text) => {
      sent.push(text);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
  };
  return { sent, answers, sql };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('What only reads goes along with BEGIN; what writes, and all that comes behind that, waits for its answer', async () => {
  const { sent, answers, sql } = session();
  const inside = behindBegin(sql, begin(sql, undefined));
  const all = ['SELECT 1', 'UPDATE a', 'SELECT 2'].map((text) => inside.query(text));
  await turn();
  expect(sent).toEqual(['BEGIN', 'SELECT 1']);
  answers[0]?.resolve([]);
  await turn();
  expect(sent).toEqual(['BEGIN', 'SELECT 1', 'UPDATE a', 'SELECT 2']);
  for (const answer of answers) answer.resolve([]);
  expect(await Promise.all(all)).toEqual([[], [], []]);
});

test('When BEGIN fails, then nothing that writes is sent, and everything fails as BEGIN did', async () => {
  const { sent, answers, sql } = session();
  const inside = behindBegin(sql, begin(sql, undefined));
  const reading = inside.query('SELECT 1');
  const writing = inside.query('WITH a AS (UPDATE b) SELECT 2');
  const outcomes = Promise.allSettled([reading, writing]);
  answers[1]?.resolve([]);
  answers[0]?.reject(new Error('cancelled'));
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { message: 'cancelled' } });
  expect(sent).toEqual(['BEGIN', 'SELECT 1']);
});

import { expect, test } from '@jest/globals';
import { readHistory } from '../../src/iadvize/history.ts';
import { conversationSchema } from '../../src/iadvize/rest-schemas.ts';

const DOCUMENTED = [
  [5, '2016-02-16 11:24:21', 'http://test.com/'],
  [2, '2016-02-16 11:24:23', 'Hello', 1455618264049],
  [3, '2016-02-16 11:24:31', 'The chat rule has been activated.'],
  [1, '2016-02-16 11:24:43', 'Hello, how can I help you?', 1455618283869],
  [3, '2016-02-16 11:26:43', 'OPERATOR_CHAT_CLOSE'],
];

const READ = [
  { author: 'notice', text: 'Visited http://test.com/' },
  { author: 'visitor', text: 'Hello' },
  { author: 'notice', text: 'The chat rule has been activated.' },
  { author: 'agent', text: 'Hello, how can I help you?' },
  { author: 'notice', text: 'The agent closed the conversation.' },
];

test.each([
  ['an array', DOCUMENTED],
  ['a string that holds JSON', JSON.stringify(DOCUMENTED)],
])('The documented history is read from %s', (_form, history) => {
  expect(readHistory(conversationSchema.parse({ id: 666, history }).history)).toEqual(READ);
});

test.each([[''], [null], [undefined], [[]]])('No history (%p) is an empty one', (history) => {
  expect(conversationSchema.parse({ id: 666, history }).history).toEqual([]);
});

test('Rich content of either side keeps its author, an unknown type is kept as a notice', () => {
  const history = [
    [6, '2016-02-16 11:24:21', 'card'],
    [7, '2016-02-16 11:24:22', 'photo'],
    [4, '2016-02-16 11:24:23', 'what is this'],
  ];
  expect(readHistory(conversationSchema.parse({ id: 1, history }).history)).toEqual([
    { author: 'agent', text: 'card' },
    { author: 'visitor', text: 'photo' },
    { author: 'notice', text: '(entry of type 4) what is this' },
  ]);
});

test('NUL, which no database text can hold, is taken out', () => {
  const history = [[2, '2016-02-16 11:24:21', 'a\0b']];
  expect(readHistory(conversationSchema.parse({ id: 1, history }).history)).toEqual([
    { author: 'visitor', text: 'ab' },
  ]);
});

import { describe, expect, test } from '@jest/globals';
import { hasSection, replaceSection } from '../../deploy/marked-section.ts';

const text = 'before\n\n<!-- a:start -->\nold\n<!-- a:end -->\n\nafter\n';

describe('replaceSection', () => {
  test('replaces what is between the markers and nothing else', () => {
    expect(replaceSection(text, 'a', 'new $& $1\n')).toBe(
      'before\n\n<!-- a:start -->\n\nnew $& $1\n\n<!-- a:end -->\n\nafter\n',
    );
  });

  test('once more changes nothing', () => {
    const once = replaceSection(text, 'a', 'new');
    expect(replaceSection(once, 'a', 'new')).toBe(once);
  });
});

describe('hasSection', () => {
  test.each([
    ['both markers', text, true],
    ['another name', text.replaceAll('a:', 'b:'), false],
    ['no end', text.replace('<!-- a:end -->', ''), false],
    ['two starts', `<!-- a:start -->${text}`, false],
    ['the wrong order', '<!-- a:end -->\n<!-- a:start -->\n', false],
    ['an empty text', '', false],
  ])('%s', (_title, given, expected) => {
    expect(hasSection(given, 'a')).toBe(expected);
  });
});

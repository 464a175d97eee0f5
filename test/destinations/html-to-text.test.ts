import { expect, test } from '@jest/globals';
import { htmlToText } from '../../src/destinations/html-to-text.ts';

test.each([
  ['plain text stays', 'a < b & c > d\n\nnext', 'a < b & c > d\n\nnext'],
  ['a tag that never ends is none', 'if a<b then', 'if a<b then'],
  ['breaks are lines', 'Hello<br>how <b>can</b> I help?<br/>Bye', 'Hello\nhow can I help?\nBye'],
  ['paragraphs and lists are lines', '<p>One</p><p>Two</p><ul><li>a</li><li>b</li></ul>', 'One\nTwo\na\nb'],
  ['entities are decoded', 'Fish &amp; chips &lt;3 &#128722; &#x17C;&nbsp;!', 'Fish & chips <3 🛒 ż !'],
  ['what is shown nowhere is no text', '<style>p{}</style><script>alert(1)</script>ok', 'ok'],
  ['a link keeps its address', '<a href="https://shop.example/a">our shop</a>', 'our shop (https://shop.example/a)'],
  ['a link that says its address says it once', '<a href="https://shop.example/">shop.example</a>', 'shop.example'],
  ['a link to nowhere is its text', '<a href="javascript:x()">here</a>', 'here'],
  ['an image is its description', '<img src="https://x.example/i.png" alt="Map">', 'Map'],
  ['many empty lines are one', 'a<br><br><br><br>b', 'a\n\nb'],
  ['nothing is nothing', '<br> <p></p>', ''],
])('%s', (_name, html, text) => {
  expect(htmlToText(html)).toBe(text);
});

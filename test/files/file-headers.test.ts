import { expect, test } from '@jest/globals';
import { fileHeaders } from '../../src/files/file-headers.ts';

test.each([
  ['image/png', 'image/png'],
  ['IMAGE/JPEG; q=1', 'image/jpeg'],
  ['text/html', 'application/octet-stream'],
  ['image/svg+xml', 'application/octet-stream'],
  ['application/javascript', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('A file of type %j is served as %j', (given, served) => {
  expect(fileHeaders('x', given)['Content-Type']).toBe(served);
});

test.each([
  ['plain.pdf', `filename="plain.pdf"; filename*=UTF-8''plain.pdf`],
  ['a"b\r\nSet-Cookie: x', `filename="a_b__Set-Cookie_ x"; filename*=UTF-8''a%22b%0D%0ASet-Cookie%3A%20x`],
  [`it's (1)*.txt`, `filename="it_s (1)_.txt"; filename*=UTF-8''it%27s%20%281%29%2A.txt`],
  ['', `filename="file"; filename*=UTF-8''`],
  ['\ud83d', `filename="_"; filename*=UTF-8''%EF%BF%BD`],
])('A name like %j cannot break out of its header', (name, expected) => {
  expect(fileHeaders(name, '')['Content-Disposition']).toBe(`attachment; ${expected}`);
});

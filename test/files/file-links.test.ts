import { describe, expect, test } from '@jest/globals';
import { createFileLinks } from '../../src/files/file-links.ts';

const key = (fill: number) => ({ bytes: Buffer.alloc(32, fill) });
const at = (iso: string) => () => new Date(iso);
const options = { publicUrl: 'https://connector.example', lifetimeMs: 3_600_000, now: at('2026-11-21T10:00:00Z') };
const ID = '6ed7c941-0000-4000-8000-000000000001';

function partsOf(link: string): [id: string, expires: string, signature: string] {
  const { pathname, searchParams } = new URL(link);
  return [pathname.replace('/files/', ''), searchParams.get('expires') ?? '', searchParams.get('signature') ?? ''];
}

describe('An address', () => {
  const links = createFileLinks({ ...options, keys: [key(1)] });
  const link = links.make(ID);

  test('works until its time is over, to the second', () => {
    expect(link.startsWith(`https://connector.example/files/${ID}?`)).toBe(true);
    const judgeAt = (iso: string) =>
      createFileLinks({ ...options, keys: [key(1)], now: at(iso) }).judge(...partsOf(link));
    expect(judgeAt('2026-11-21T10:59:59.999Z')).toBe('valid');
    expect(judgeAt('2026-11-21T11:00:00Z')).toBe('expired');
  });

  test('is forged once anything of it is another', () => {
    const [id, expires, signature] = partsOf(link);
    expect(links.judge(ID.replace('1', '2'), expires, signature)).toBe('forged');
    expect(links.judge(id, String(Number(expires) + 1), signature)).toBe('forged');
    expect(links.judge(id, `0${expires}`, signature)).toBe('forged');
    for (let place = 0; place < signature.length; place += 1) {
      const other = signature[place] === 'A' ? 'B' : 'A';
      expect(links.judge(id, expires, signature.slice(0, place) + other + signature.slice(place + 1))).toBe('forged');
    }
    for (const wrong of ['', signature.slice(1), `${signature}A`, `${signature}=`, `${signature}.`]) {
      expect(links.judge(id, expires, wrong)).toBe('forged');
    }
  });

  test('works after a new key was put before the old one, and not without the old one', () => {
    expect(createFileLinks({ ...options, keys: [key(2), key(1)] }).judge(...partsOf(link))).toBe('valid');
    expect(createFileLinks({ ...options, keys: [key(2)] }).judge(...partsOf(link))).toBe('forged');
  });
});

import { describe, expect, test } from '@jest/globals';
import { crmLink } from '../../src/profile/crm-link.ts';
import { startGathering } from '../../src/profile/gathering.ts';
import { chooseLocale, labelsOf } from '../../src/profile/labels.ts';
import { theSamePerson } from '../../src/profile/person.ts';
import { localeChain, textFor } from '../../src/installations/operator-locale.ts';

const ANA = { email: 'ana@example.org', externalId: '1' };

describe('The same person', () => {
  test.each([
    ['both agree', [ANA], ANA, ANA],
    ['the e-mail in capitals', [{ ...ANA, email: 'Ana@Example.org' }], ANA, { ...ANA, email: 'Ana@Example.org' }],
    ['only the e-mail is asked', [ANA], { email: ANA.email }, ANA],
    ['only the e-mail is known', [{ email: ANA.email }], ANA, { email: ANA.email }],
    ['another id for the e-mail', [{ ...ANA, externalId: '2' }], ANA, 'split'],
    ['another e-mail for the id', [{ ...ANA, email: 'bo@example.org' }], ANA, 'split'],
    [
      'two people, each with one of the keys',
      [{ email: ANA.email, externalId: '2' }, { externalId: '1' }],
      ANA,
      'split',
    ],
    ['a second person of that e-mail beside the one', [{ ...ANA, externalId: '2' }, ANA], ANA, ANA],
    ['halves that nothing joins', [{ email: ANA.email }, { externalId: '1' }], ANA, undefined],
    ['two people of one e-mail', [ANA, { ...ANA, externalId: '2' }], { email: ANA.email }, undefined],
    ['somebody else altogether', [{ email: 'bo@example.org', externalId: '2' }], ANA, undefined],
    ['nobody', [], ANA, undefined],
  ])('%s', (_what, records, asked, expected) => {
    expect(theSamePerson<{ email?: string; externalId?: string }>(records, asked)).toEqual(expected);
  });

  test('of several records of one person the last counts', () => {
    const records = [
      { ...ANA, row: 1 },
      { ...ANA, row: 2 },
    ];
    expect(theSamePerson(records, ANA)).toMatchObject({ row: 2 });
  });
});

describe('The CRM link', () => {
  test.each([
    ['https://crm.example/c/{externalId}', { externalId: 'a/b?c=d&é' }, 'https://crm.example/c/a%2Fb%3Fc%3Dd%26%C3%A9'],
    ['https://crm.example/?m={email}', { email: 'a+b@example.org' }, 'https://crm.example/?m=a%2Bb%40example.org'],
    ['https://crm.example/{externalId}/{visitorId}', { externalId: '1', visitorId: 'f' }, 'https://crm.example/1/f'],
    ['https://crm.example/{externalId}/{visitorId}', { externalId: '1' }, undefined],
    ['https://crm.example/c/{externalId}', { externalId: '' }, undefined],
    ['https://{externalId}.crm.example/', { externalId: 'evil.example/' }, undefined],
    ['javascript:alert({externalId})', { externalId: '1' }, undefined],
    ['{externalId}', { externalId: 'https://evil.example' }, undefined],
    [undefined, { externalId: '1' }, undefined],
  ])('%s with %j is %s', (template, keys, expected) => {
    expect(crmLink(template, keys)).toBe(expected);
  });
});

describe('The language', () => {
  test.each([
    ['en', undefined, 'en', 'CRM profile'],
    ['fr_FR', undefined, 'fr-FR', 'Fiche CRM'],
    ['de-AT', undefined, 'de-AT', 'CRM-Profil'],
    ['es', undefined, 'es', 'Perfil CRM'],
    ['IT', undefined, 'it', 'Profilo CRM'],
    ['pt-BR', undefined, 'pt-BR', 'Perfil CRM'],
    ['nl', undefined, 'nl', 'CRM-profiel'],
    ['pl', undefined, 'pl', 'Profil CRM'],
    ['se', undefined, 'sv', 'CRM-profil'],
    ['ja', 'fr-FR', 'fr-FR', 'Fiche CRM'],
    ['ja', 'tw', 'en', 'CRM profile'],
    ['%%', 'de', 'de', 'CRM-Profil'],
    [undefined, undefined, 'en', 'CRM profile'],
    ['__proto__', undefined, 'en', 'CRM profile'],
    ['constructor', undefined, 'en', 'CRM profile'],
  ])('of %s in an installation of %s is %s', (operator, installation, locale, label) => {
    const chosen = chooseLocale(localeChain(operator, installation));
    expect([chosen, labelsOf(chosen).crmProfile]).toEqual([locale, label]);
  });

  test('every language has a text for everything', () => {
    for (const locale of ['en', 'fr', 'de', 'es', 'it', 'pt', 'nl', 'pl', 'sv']) {
      expect(Object.values<string>({ ...labelsOf(locale) }).filter((text) => text.trim() === '')).toEqual([]);
    }
  });

  test('a text is chosen by region before language', () => {
    const texts = { 'pt-BR': 'você', pt: 'você (PT)', en: 'you' };
    expect(textFor(texts, localeChain('pt-BR', undefined))).toBe('você');
    expect(textFor(texts, localeChain('pt_PT', undefined))).toBe('você (PT)');
    expect(textFor({ ja: 'あなた' }, localeChain('fr', undefined))).toBe('あなた');
  });
});

describe('A gathering', () => {
  test('ends with its budget, naming what is late and what failed', async () => {
    const gathering = startGathering(30);
    const quick = gathering.read('quick', () => Promise.resolve(1));
    const slow = gathering.read('slow', () => new Promise<number>(() => undefined));
    gathering.read('broken', () => Promise.reject(new Error('no')));
    expect(await gathering.finish()).toEqual({ late: ['slow'], failed: ['broken'] });
    expect([quick.value, slow.value]).toEqual([1, undefined]);
  });

  test('ends at once when everything is there, also what a source brought with it', async () => {
    const gathering = startGathering(60_000);
    const values: number[] = [];
    gathering.read('first', async () => {
      gathering.read('second', async () => values.push(2));
    });
    expect(await gathering.finish()).toEqual({ late: [], failed: [] });
    expect(values).toEqual([2]);
  });
});

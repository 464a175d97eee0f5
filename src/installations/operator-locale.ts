/** Country-like codes that iAdvize uses for languages (contract 1.7). */
const COUNTRY_LIKE: Readonly<Record<string, string>> = { se: 'sv', tw: 'zh-TW', dk: 'da', cz: 'cs' };

/** Reads "fr", "fr_FR", "FR-fr" and "se"; undefined for what is no language tag. */
export function readLocale(text: string | undefined): string | undefined {
  const tag = (text ?? '').trim().replaceAll('_', '-');
  try {
    return Intl.getCanonicalLocales(COUNTRY_LIKE[tag.toLowerCase()] ?? tag)[0];
  } catch {
    return undefined;
  }
}

/** The language of a tag: "fr" of "fr-FR". */
export const languageOf = (locale: string): string => locale.split('-')[0] ?? locale;

/** What to try in turn for an agent: their own language, the installation's, English. The likeliest first. */
export function localeChain(operatorLocale: string | undefined, installationLocale: string | undefined): string[] {
  const known = [readLocale(operatorLocale), readLocale(installationLocale), 'en'].filter((one) => one !== undefined);
  return [...new Set(known)];
}

/** The text for an agent: by the exact locale before its language, then the next of the chain; at worst any there is. */
export function textFor(texts: Readonly<Record<string, string>>, chain: readonly string[]): string | undefined {
  const entries = Object.entries(texts).map(([tag, text]) => [readLocale(tag) ?? tag, text] as const);
  for (const locale of chain) {
    const language = languageOf(locale);
    const found =
      entries.find(([tag]) => tag === locale) ??
      entries.find(([tag]) => tag === language) ??
      entries.find(([tag]) => languageOf(tag) === language);
    if (found) return found[1];
  }
  return entries[0]?.[1];
}

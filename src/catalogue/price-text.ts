const DECIMAL = /^-?\d+(\.\d+)?$/;
/** Intl's no-break and narrow spaces: consoles of 2017 show a box for the latter. */
const UNUSUAL_SPACE = /[\u00a0\u202f]/g;
const FALLBACK_LOCALE = 'en';
const MOST_FRACTION_DIGITS = 20;
/** Formatters cost some 20 µs and 50 KB to make; the service meets few locales, currencies and numbers of digits. */
const MOST_FORMATTERS = 200;

const formatters = new Map<string, Intl.NumberFormat>();

/** A BCP 47 tag that Intl takes: "fr_FR" becomes "fr-FR", what is no tag becomes "en". */
export function usableLocale(locale: string | undefined): string {
  try {
    return Intl.getCanonicalLocales(locale?.replaceAll('_', '-') ?? FALLBACK_LOCALE)[0] ?? FALLBACK_LOCALE;
  } catch {
    return FALLBACK_LOCALE;
  }
}

function makeFormatter(locale: string, currency: string | undefined, digits: number): Intl.NumberFormat {
  if (currency === undefined) {
    return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  const style = { style: 'currency', currency } as const;
  const usual = new Intl.NumberFormat(locale, style).resolvedOptions().maximumFractionDigits ?? 2;
  // A price per screw may be 0.005 €: digits that the feed gives are never rounded away.
  return new Intl.NumberFormat(locale, { ...style, maximumFractionDigits: Math.max(usual, digits) });
}

function formatterOf(locale: string, currency: string | undefined, digits: number): Intl.NumberFormat | undefined {
  const key = `${locale}/${currency ?? ''}/${digits}`;
  const known = formatters.get(key);
  if (known) return known;
  try {
    const made = makeFormatter(usableLocale(locale), currency, digits);
    if (formatters.size >= MOST_FORMATTERS) formatters.clear();
    formatters.set(key, made);
    return made;
  } catch {
    return undefined;
  }
}

function fractionDigits(amount: string, currency: string | undefined): number {
  const fraction = amount.split('.')[1] ?? '';
  // "99.900 €" says no more than "99.90 €"; without a currency nobody knows how many digits are usual.
  return (currency === undefined ? fraction : fraction.replace(/0+$/, '')).length;
}

/**
 * A price for people: "99.90" is `99,90 €` in fr-FR, `€99.90` in en-IE, `99,90 zł` in pl-PL.
 *
 * `amount`: major units as decimal text, never a float, so that no digit changes. `currency`: ISO 4217; without one (or
 * with one that is none) the answer is the number alone. What is no number comes back as it is.
 */
export function priceText(amount: string, currency: string | undefined, locale: string | undefined): string {
  const digits = fractionDigits(amount, currency);
  if (!DECIMAL.test(amount) || digits > MOST_FRACTION_DIGITS) return amount;
  const formatter = formatterOf(locale ?? FALLBACK_LOCALE, currency, digits);
  return formatter === undefined
    ? priceText(amount, undefined, locale)
    : formatter.format(amount as Intl.StringNumericLiteral).replace(UNUSUAL_SPACE, ' ');
}

const SYMBOLS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  zł: 'PLN',
  '₽': 'RUB',
  '₹': 'INR',
  '₺': 'TRY',
};

const KNOWN_CODES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
/** Whose prices have three decimals: "12.500 KWD" is twelve and a half. Iraq's dinar has them in name only. */
const OF_THREE_DECIMALS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);
/** Of those, the ones written with a comma: "12,500 TND". */
const OF_THREE_BEHIND_COMMA: ReadonlySet<string> = new Set(['TND']);

export interface Price {
  /** Major units, "99.90". */
  amount: string;
  currency: string | undefined;
}

/**
 * Reads `12.90 EUR`, `EUR 12.90`, `12,90 €`, `1,299.00`, `1.299,00`. A sign that stands for several currencies ($, kr)
 * tells none. Undefined when there is no price in it. `likely`: the currency where the text names none.
 */
export function readPrice(text: string, likely?: string): Price | undefined {
  const number = /\d[\d.,'’\s\u00a0\u202f]*/.exec(text)?.[0];
  if (number === undefined || /-\s*\d/.test(text)) return undefined;
  const currency = currencyIn(text.replace(number, ' '));
  const digits = number.replace(/[\s\u00a0\u202f'’]/g, '').replace(/[.,]+$/, '');
  const amount = toAmount(digits, currency ?? likely ?? '');
  return amount === undefined ? undefined : { amount, currency };
}

/** "now 9 USD" is no price in "NOW". */
function currencyIn(text: string): string | undefined {
  const codes = (text.match(/\b[A-Z]{3}\b/gi) ?? []).map((code) => code.toUpperCase());
  const symbol = Object.entries(SYMBOLS).find(([sign]) => text.includes(sign))?.[1];
  return codes.find((code) => KNOWN_CODES.has(code)) ?? symbol;
}

function toAmount(number: string, currency: string): string | undefined {
  const last = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','));
  const separators = number.replace(/\d/g, '');
  const decimals = last === -1 ? 0 : number.length - last - 1;
  // "1.299" and "1,299,000" group thousands; "12.9", "12.90" and "1,299.000" do not.
  const mixed = separators.includes('.') && separators.includes(',');
  const ofThree = (separators === ',' ? OF_THREE_BEHIND_COMMA : OF_THREE_DECIMALS).has(currency);
  const isPlain = decimals !== 3 || number.startsWith('0') || ofThree;
  const isFraction = last !== -1 && (mixed || (separators.length === 1 && isPlain));
  const whole = (isFraction ? number.slice(0, last) : number).replace(/[.,]/g, '').replace(/^0+(?=\d)/, '');
  if (whole.length > 12 || !/^\d+$/.test(whole)) return undefined;
  if (!isFraction) return whole;
  return `${whole}.${number
    .slice(last + 1)
    .slice(0, 4)
    .padEnd(2, '0')}`;
}

export interface SaleDates {
  from: Date | null;
  to: Date | null;
}

/** Reads an ISO 8601 interval `a/b`; without a zone UTC, an end without a time is the whole day. Undefined: is none. */
export function readSaleDates(text: string): SaleDates | undefined {
  const [first = '', second, ...more] = text.split('/').map((part) => part.trim());
  if (second === undefined || more.length > 0 || (first === '' && second === '')) return undefined;
  const from = first === '' ? null : readMoment(first, '00:00:00');
  const to = second === '' ? null : readMoment(second, '23:59:59.999');
  if (from === undefined || to === undefined || (from !== null && to !== null && from > to)) return undefined;
  return { from, to };
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

function readMoment(text: string, timeOfDay: string): Date | undefined {
  const [matched, day = '', time = timeOfDay, zone = 'Z'] = MOMENT.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const moment = new Date(`${day}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase()}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

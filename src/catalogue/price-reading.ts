const SYMBOLS: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  zł: 'PLN',
  '₽': 'RUB',
  '₹': 'INR',
  '₺': 'TRY',
};

export interface Price {
  /** Major units, "99.90". */
  amount: string;
  currency: string | undefined;
}

/**
 * Reads `12.90 EUR`, `EUR 12.90`, `12,90 €`, `1,299.00`, `1.299,00`. A sign that stands for several currencies ($, kr)
 * tells none. Undefined when there is no price in it.
 */
export function readPrice(text: string): Price | undefined {
  const number = /\d[\d.,'’\s\u00a0\u202f]*/.exec(text)?.[0];
  if (number === undefined || /-\s*\d/.test(text)) return undefined;
  const amount = toAmount(number.replace(/[\s\u00a0\u202f'’]/g, '').replace(/[.,]+$/, ''));
  if (amount === undefined) return undefined;
  const code = /\b[A-Z]{3}\b/i.exec(text.replace(number, ' '))?.[0].toUpperCase();
  const symbol = Object.entries(SYMBOLS).find(([sign]) => text.includes(sign))?.[1];
  return { amount, currency: code ?? symbol };
}

function toAmount(number: string): string | undefined {
  const last = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','));
  const separators = number.replace(/\d/g, '');
  const decimals = last === -1 ? 0 : number.length - last - 1;
  // "1.299" and "1,299,000" group thousands; "12.9", "12.90" and "1,299.000" do not.
  const mixed = separators.includes('.') && separators.includes(',');
  const isFraction = last !== -1 && (mixed || (separators.length === 1 && (decimals !== 3 || number.startsWith('0'))));
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

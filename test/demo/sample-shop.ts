/** A product of the sample shop, as its feed tells it. */
export interface SampleProduct {
  id: string;
  reference: string;
  title: string;
  brand: string;
  /** Labels from the root down. */
  category: string[];
  description: string;
  price: number;
  sale?: { price: number; dates?: string; holds: boolean };
  available: boolean;
}

type Gender = 'm' | 'f' | 'plural';

interface Kind {
  name: string;
  gender: Gender;
  category: string[];
  /** Price of the simplest one, in złoty. */
  from: number;
}

const kind = (name: string, gender: Gender, category: string, from: number): Kind => ({
  name,
  gender,
  category: category.split(' > '),
  from,
});

const KINDS: readonly Kind[] = [
  kind('Kurtka przeciwdeszczowa', 'f', 'Odzież > Kurtki > Przeciwdeszczowe', 349),
  kind('Kurtka puchowa', 'f', 'Odzież > Kurtki > Puchowe', 599),
  kind('Bluza polarowa', 'f', 'Odzież > Bluzy', 179),
  kind('Spodnie trekkingowe', 'plural', 'Odzież > Spodnie', 229),
  kind('Rękawiczki zimowe', 'plural', 'Odzież > Rękawiczki', 79),
  kind('Buty górskie', 'plural', 'Obuwie > Buty górskie', 459),
  kind('Buty biegowe', 'plural', 'Obuwie > Buty biegowe', 389),
  kind('Sandały', 'plural', 'Obuwie > Sandały', 199),
  kind('Plecak turystyczny', 'm', 'Sprzęt > Plecaki', 299),
  kind('Namiot dwuosobowy', 'm', 'Sprzęt > Namioty', 899),
  kind('Śpiwór zimowy', 'm', 'Sprzęt > Śpiwory', 549),
  kind('Latarka czołowa', 'f', 'Sprzęt > Oświetlenie > Czołówki', 99),
  kind('Kuchenka gazowa', 'f', 'Kuchnia turystyczna > Kuchenki', 149),
  kind('Kubek termiczny', 'm', 'Kuchnia turystyczna > Kubki i termosy', 59),
];
const BRANDS = ['Łosoś', 'Świt', 'Turnia', 'Fjällsø', 'Élan Vert', 'Gipfelstürmer'];
const MODELS = ['Halny', 'Giewont', 'Mgła', 'Čedok', 'Œuvre', 'Straße'];
const COLOURS: readonly Record<Gender, string>[] = [
  { m: 'żółty', f: 'żółta', plural: 'żółte' },
  { m: 'czarny', f: 'czarna', plural: 'czarne' },
  { m: 'błękitny', f: 'błękitna', plural: 'błękitne' },
  { m: 'zielony', f: 'zielona', plural: 'zielone' },
  { m: 'biały', f: 'biała', plural: 'białe' },
  { m: 'różowy', f: 'różowa', plural: 'różowe' },
];

/** Every seventh product has a sale price: one that has no dates, one that is over, one that holds, and so on. */
function saleOf(number: number, price: number): SampleProduct['sale'] {
  if (number % 7 !== 0) return undefined;
  const reduced = Math.round(price * 80) / 100;
  const over = { dates: '2020-01-01T00:00+0100/2020-01-31T23:59+0100', holds: false };
  const now = { dates: '2020-01-01T00:00+0100/2099-12-31T23:59+0100', holds: true };
  return { price: reduced, ...([{ holds: true }, over, now][Math.floor(number / 7) % 3] ?? { holds: true }) };
}

/** The whole shop: every kind of every brand, model and colour. The same in every run. */
export function sampleProducts(): SampleProduct[] {
  const products: SampleProduct[] = [];
  for (const { name, gender, category, from } of KINDS) {
    for (const [brandAt, brand] of BRANDS.entries()) {
      for (const [modelAt, model] of MODELS.entries()) {
        for (const colour of COLOURS) {
          const number = products.length + 1;
          const price = from + brandAt * 40 + modelAt * 15 + (number % 10 === 0 ? 0.5 : 0.99);
          const sale = saleOf(number, price);
          products.push({
            id: `SZ-${String(number).padStart(4, '0')}`,
            reference: `OUT-${100_000 + number * 7}`,
            title: `${name} ${brand} ${model}, ${colour[gender]}`,
            brand,
            category,
            description: `Na szlak i do miasta. Model ${model} marki ${brand} – lekki & trwały, 2 lata gwarancji.`,
            price,
            ...(sale && { sale }),
            available: number % 11 !== 0,
          });
        }
      }
    }
  }
  return products;
}

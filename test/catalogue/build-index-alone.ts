import { generateCatalogue } from '../bench/generated-catalogue.ts';
import { busiestTurn } from '../support/busiest-turn.ts';
import { idsOf, indexOf } from './search-world.ts';

// In a process of its own: the test runner's heap is large, and its collections are not the builder's doing.
const { products, categories } = generateCatalogue(40_000, 3);
for (const product of products) {
  // What a large shop's part numbers do: several words of its own in each product.
  const number = product.ordinal * 7919;
  product.description = `nr${number}a ${product.title} nr${number}b nr${number}c nr${number}d nr${number}e`;
}
const { result, busiestMs } = await busiestTurn(() => indexOf(products, categories));
const byWord = idsOf(result, { search: `nr${7919 * 4321}c` });
const byReference = idsOf(result, { search: products[39_999]!.reference });
process.stdout.write(JSON.stringify({ busiestMs, byWord, byReference }));

/** Each is a program of its own that takes what follows its name. */
const PROGRAMS: Record<string, () => Promise<unknown>> = {
  bridge: () => import('./bridge-bench.ts'),
  intake: () => import('./intake-bench.ts'),
  isolation: () => import('./isolation-bench.ts'),
  claim: () => import('./claim-bench.ts'),
  idle: () => import('./idle-bench.ts'),
  memory: () => import('./memory-bench.ts'),
  search: () => import('./search-bench.ts'),
  'import-memory': () => import('./import-memory.ts'),
  listeners: () => import('./listeners-bench.ts'),
  stop: () => import('./stop-bench.ts'),
  workers: () => import('./workers-bench.ts'),
  kill: () => import('./kill-bench.ts'),
  'source-gap': () => import('./source-gap-bench.ts'),
  'take-over': () => import('./take-over-bench.ts'),
};

const [name = ''] = process.argv.splice(2, 1);
const program = PROGRAMS[name];
if (program === undefined) {
  process.stderr.write(`Usage: npm run bench -- ${Object.keys(PROGRAMS).join('|')}\n`);
  process.exitCode = 2;
} else {
  await program();
}

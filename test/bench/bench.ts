/** Each is a program of its own that takes what follows its name. */
const PROGRAMS: Record<string, () => Promise<unknown>> = {
  search: () => import('./search-bench.ts'),
  'import-memory': () => import('./import-memory.ts'),
};

const [name = ''] = process.argv.splice(2, 1);
const program = PROGRAMS[name];
if (program === undefined) {
  process.stderr.write(`Usage: npm run bench -- ${Object.keys(PROGRAMS).join('|')}\n`);
  process.exitCode = 2;
} else {
  await program();
}

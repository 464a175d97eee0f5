import { watchAnswers } from './leak-watch.ts';
import { leaksIn } from './canaries.ts';

/** Loaded into the service where it runs in a process of its own: tells the test, which reads along, what it finds. */
watchAnswers((where, text) => {
  for (const leak of leaksIn(where, text)) process.stderr.write(`${leak}\n`);
});

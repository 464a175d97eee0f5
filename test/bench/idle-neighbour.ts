import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A process that does nothing and tells how long even its event loop was held up: what the machine costs everybody. */
const [everySeconds = '5'] = process.argv.slice(2);
const delay = monitorEventLoopDelay();
delay.enable();
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
say({ event: 'listening', port: 0 });
setInterval(
  () => {
    say({ heldUpMs: delay.max / 1e6 });
    delay.reset();
  },
  Number(everySeconds) * 1_000,
);

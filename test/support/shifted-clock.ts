import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

/**
 * Loaded before the service: its host's clock is wrong. SIGHUP makes it jump ahead by CLOCK_JUMP_MS, the next one back,
 * and so on. The clock that only counts (`performance.now()`) goes on as ever, as it does when a host's time is set.
 */
const JUMP_MS = Number(process.env['CLOCK_JUMP_MS'] ?? 0);
const SHIFT = 'shifted-clock';
const RealDate = Date;
/** In ms; one for all threads of the process, of which only the first one hears signals. */
const shift = new Float64Array(
  isMainThread
    ? new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT)
    : (getEnvironmentData(SHIFT) as SharedArrayBuffer),
);

const shifted = (): number => RealDate.now() + shift[0]!;

if (isMainThread) {
  setEnvironmentData(SHIFT, shift.buffer);
  process.on('SIGHUP', () => {
    shift[0] = shift[0] === 0 ? JUMP_MS : 0;
    process.stderr.write('the clock jumped\n');
  });
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: number[], newTarget) =>
    Reflect.construct(target, given.length > 0 ? given : [shifted()], newTarget) as Date,
  get: (target, name) => (name === 'now' ? shifted : (Reflect.get(target, name) as unknown)),
});

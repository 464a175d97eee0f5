/**
 * Loaded before the service: its host's clock is wrong. SIGHUP makes it jump ahead by CLOCK_JUMP_MS, the next one back,
 * and so on. The clock that only counts (`performance.now()`) goes on as ever, as it does when a host's time is set.
 */
const JUMP_MS = Number(process.env['CLOCK_JUMP_MS'] ?? 0);
const RealDate = Date;
let shiftMs = 0;

process.on('SIGHUP', () => {
  shiftMs = shiftMs === 0 ? JUMP_MS : 0;
  process.stderr.write('the clock jumped\n');
});

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: number[], newTarget) =>
    Reflect.construct(target, given.length > 0 ? given : [RealDate.now() + shiftMs], newTarget) as Date,
  get: (target, name) => (name === 'now' ? () => RealDate.now() + shiftMs : (Reflect.get(target, name) as unknown)),
});

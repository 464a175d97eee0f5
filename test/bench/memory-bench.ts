import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { conversationStarted } from '../simulators/iadvize-events.ts';
import { signBody } from '../simulators/iadvize-signature.ts';
import { ADMIN_TOKEN, SECRET, TEST_ENVIRONMENT } from '../support/test-environment.ts';
import { makeBenchDatabase } from './bench-database.ts';
import { type BenchProcess, startBenchProcess } from './bench-process.ts';
import { describeTimes } from './describe-times.ts';
import { openLoop, requestBytes } from './http-load.ts';

/**
 * Whether a web replica keeps its memory and its event loop while webhooks come in:
 *   npm run bench -- memory [--minutes 10] [--per-second 500]
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, 'per-second': { type: 'string', default: '500' } },
  args: process.argv.slice(2),
});
const MINUTES = Number(values.minutes);
const PER_SECOND = Number(values['per-second']);
const SAMPLE_SECONDS = 5;
/** Code is compiled and buffers are grown in this time; the slope is of what comes after. */
const WARM_UP_SHARE = 0.2;
const WEBSITE = 77;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Sample {
  /** Since the load began. */
  minutes: number;
  residentMegabytes: number;
  heapMegabytes: number;
  /** Longest time that the event loop was held up since the last sample, ms. */
  heldUpMs: number;
}

async function sample(service: BenchProcess, startedAt: number): Promise<Sample> {
  const response = await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const text = await response.text();
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
  return {
    minutes: (performance.now() - startedAt) / 60_000,
    residentMegabytes: figure('process_resident_memory_bytes') / 1024 ** 2,
    heapMegabytes: figure('nodejs_heap_size_used_bytes') / 1024 ** 2,
    heldUpMs: figure('nodejs_eventloop_lag_max_seconds') * 1000,
  };
}

function events(): () => Buffer {
  let number = 0;
  return () => {
    number += 1;
    const visitorId = number.toString(16).padStart(45, 'a');
    const body = JSON.stringify(
      conversationStarted({ platform: 'ha', websiteId: WEBSITE, conversationId: number, visitorId }),
    );
    const headers = { 'Content-Type': 'application/json', 'X-iAdvize-Signature': signBody(SECRET, body) };
    return requestBytes('POST', '/iadvize/webhooks', headers, body);
  };
}

/** Least squares, per minute. */
function slopeOf(samples: readonly Sample[], figure: (sample: Sample) => number): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, each) => sum + of(each), 0) / samples.length;
  const [meanMinutes, meanFigure] = [mean(({ minutes }) => minutes), mean(figure)];
  const covariance = mean((each) => (each.minutes - meanMinutes) * (figure(each) - meanFigure));
  return covariance / mean(({ minutes }) => (minutes - meanMinutes) ** 2);
}

function report(all: readonly Sample[], neighbour: readonly number[]): void {
  const samples = all.slice(Math.floor(all.length * WARM_UP_SHARE));
  const describe = (name: string, figure: (sample: Sample) => number): void => {
    const figures = samples.map(figure);
    const [least, most] = [Math.min(...figures), Math.max(...figures)];
    const [first, last] = [figures[0] ?? NaN, figures.at(-1) ?? NaN];
    const slope = slopeOf(samples, figure);
    print(
      `${name}: ${first.toFixed(0)} MB at first, ${last.toFixed(0)} MB at last (${least.toFixed(0)}–${most.toFixed(0)}), slope ${slope.toFixed(2)} MB a minute`,
    );
  };
  describe('resident memory after warming up', ({ residentMegabytes }) => residentMegabytes);
  describe('heap in use after warming up', ({ heapMegabytes }) => heapMegabytes);
  const skipped = Math.floor(neighbour.length * WARM_UP_SHARE);
  const ours = samples.map(({ heldUpMs }) => heldUpMs);
  print(`event loop held up, longest in each ${SAMPLE_SECONDS} s: ${describeTimes(ours)}`);
  print(`that of a process beside it that does nothing: ${describeTimes(neighbour.slice(skipped))}`);
}

async function main(): Promise<void> {
  const place = await makeBenchDatabase();
  const role = place.environment['DATABASE_URL'] === undefined ? 'all' : 'web';
  const environment = { ...TEST_ENVIRONMENT, ...place.environment, ROLE: role };
  const service = await startBenchProcess('dist/main.js', place.folder, environment);
  const neighbour = await startBenchProcess('test/bench/idle-neighbour.ts', place.folder, {}, [String(SAMPLE_SECONDS)]);
  const samples: Sample[] = [];
  const over = new AbortController();
  try {
    const startedAt = performance.now();
    const sampling = (async () => {
      while (!over.signal.aborted) {
        await sleep(SAMPLE_SECONDS * 1_000);
        const taken = await sample(service, startedAt);
        samples.push(taken);
        const { minutes, residentMegabytes, heapMegabytes, heldUpMs } = taken;
        print(
          `${minutes.toFixed(2)} min: resident ${residentMegabytes.toFixed(0)} MB, heap ${heapMegabytes.toFixed(0)} MB, held up ${heldUpMs.toFixed(1)} ms`,
        );
      }
    })();
    const seconds = MINUTES * 60;
    const load = await openLoop(service.url, { perSecond: PER_SECOND, seconds, connections: 50, next: events() });
    over.abort();
    await sampling;
    print(
      `\n${load.requests} webhooks, ${load.failed} failed, p50 ${load.p50.toFixed(1)} ms, p99 ${load.p99.toFixed(1)} ms`,
    );
    const lines = (await neighbour.log()).flatMap(({ heldUpMs }) => (heldUpMs === undefined ? [] : [Number(heldUpMs)]));
    report(samples, lines);
  } finally {
    over.abort();
    await service.stop();
    await neighbour.stop();
    await place.remove();
  }
}

await main();

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLostError } from '../../src/bridge/delivery.ts';
import { createWriteFence, LATEST_START_MS, type WriteFence } from '../../src/bridge/write-fence.ts';
import { createHttpClient, type HttpClient } from '../../src/outgoing/http-client.ts';
import { createFaults } from '../simulators/faults.ts';
import { type SimulatorServer, startSimulator } from '../simulators/simulator-server.ts';

let remote: SimulatorServer;
let http: HttpClient;
let fence: WriteFence;
const arrived: string[] = [];
const confirm = jest.fn<() => Promise<void>>();

beforeAll(async () => {
  http = createHttpClient({ allowPrivateAddresses: true });
  remote = await startSimulator({
    name: 'remote',
    faults: createFaults(),
    handle({ method, path }) {
      arrived.push(`${method} ${path}`);
      return { status: 200 };
    },
  });
});
beforeEach(() => {
  arrived.length = 0;
  confirm.mockReset().mockResolvedValue();
  fence = createWriteFence(http);
});
afterAll(async () => {
  http.close();
  await remote.close();
});

const call = (method: 'GET' | 'POST', path: string) =>
  fence.http.request({ method, url: new URL(path, remote.url), timeoutMs: 1_000 });

/** As if the attempt had begun so long ago. */
const during = (agoMs: number, calls: () => Promise<unknown>) =>
  fence.during(performance.now() - agoMs, confirm, calls);

const LATE_MS = LATEST_START_MS + 1;

describe('a call in an attempt', () => {
  test('When it begins soon, then nobody is asked', async () => {
    await during(0, () => call('POST', '/message'));
    expect(confirm).not.toHaveBeenCalled();
    expect(arrived).toEqual(['POST /message']);
  });

  test('When it begins late, then it is sent once the lane is known to be still ours', async () => {
    await during(LATE_MS, () => call('POST', '/message'));
    expect(confirm).toHaveBeenCalledTimes(1);
    expect(arrived).toEqual(['POST /message']);
  });

  test('When it begins late and the lane was taken over, then not a byte of it leaves', async () => {
    confirm.mockRejectedValue(new LeaseLostError('taken over'));
    const failed = during(LATE_MS, () => call('POST', '/message'));
    await expect(failed).rejects.toThrow(LeaseLostError);
    expect(arrived).toEqual([]);
  });

  test('When the answer comes late itself, then it is asked for once more', async () => {
    confirm.mockImplementationOnce(() => sleep(LATE_MS));
    await during(LATE_MS, () => call('POST', '/message'));
    expect(confirm).toHaveBeenCalledTimes(2);
    expect(arrived).toEqual(['POST /message']);
  });

  test('A reading may begin late: nobody sees it', async () => {
    await during(LATE_MS, () => call('GET', '/history'));
    expect(confirm).not.toHaveBeenCalled();
  });

  test('Each late call asks for itself: what was confirmed grows old as well', async () => {
    await during(LATE_MS, async () => {
      await call('POST', '/token');
      await call('POST', '/soon');
      await sleep(LATE_MS);
      await call('POST', '/late');
    });
    expect(confirm).toHaveBeenCalledTimes(2);
    expect(arrived).toEqual(['POST /token', 'POST /soon', 'POST /late']);
  });
});

test('Outside of an attempt nothing is asked', async () => {
  await during(LATE_MS, async () => undefined);
  await call('POST', '/message');
  expect(confirm).not.toHaveBeenCalled();
});

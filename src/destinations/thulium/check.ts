import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { clockFindings } from '../clock-finding.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { fault, fine, type Finding } from '../finding.ts';
import type { Choice, KnownSettings } from '../installer-form.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import { createThuliumCaller, type ThuliumCaller, thuliumFailure } from './caller.ts';
import { judgeRefusal, missingRight, wrongCredentials } from './judge-refusal.ts';
import { probeRights } from './probe-rights.ts';
import { queueListSchema, type ThuliumQueue } from './wire.ts';

const TIMEOUT_MS = 15_000;
/** Lists are asked for from the day before: a clock that is an hour wrong may begin to leave chats out. */
const CLOCK = { title: 'Thulium', limitMs: 60 * 60_000, so: 'chats may be looked for on the wrong day' };

const accessSchema = z.object({ baseUrl: z.string(), apiUser: z.string(), apiPassword: z.string() });

function callerOf(known: KnownSettings, http: HttpClient): ThuliumCaller | undefined {
  const access = accessSchema.safeParse(known);
  return access.success ? createThuliumCaller({ ...access.data, sendTimeoutMs: TIMEOUT_MS }, http) : undefined;
}

interface QueuesAnswer {
  response: OutgoingResponse;
  /** Undefined when the list cannot be read, since its shape is documented nowhere. */
  queues: ThuliumQueue[] | undefined;
}

/** Throws `DestinationFailure`. */
async function readQueues(call: ThuliumCaller): Promise<QueuesAnswer> {
  const response = await call({ method: 'GET', path: 'chats/queues', effect: 'reads' });
  if (!isSuccess(response)) throw thuliumFailure(response, 'reads');
  const body = jsonOf(response);
  if (typeof body !== 'object' || body === null) throw new DestinationFailure('notSent', 'bad-answer');
  const list = queueListSchema.safeParse(body);
  return { response, queues: list.success ? list.data : undefined };
}

/**
 * Address, credentials, the right to each method and the queue; with `now` also the clock. Leaves no trace. Nothing is
 * found while the access is not complete.
 */
export async function checkThulium(known: KnownSettings, http: HttpClient, now?: () => Date): Promise<Finding[]> {
  const call = callerOf(known, http);
  if (!call) return [];
  const answer = await readQueues(call).catch((error: unknown) => {
    if (error instanceof DestinationFailure) return error;
    throw error;
  });
  const refusal = answer instanceof DestinationFailure ? answer : undefined;
  const isAboutLogin = refusal?.code === 'credentials-refused' || refusal?.code === 'permission-missing';
  if (refusal && !isAboutLogin) return [judgeRefusal(refusal, 'chats/queues')];

  const rights = await probeRights(call);
  const probed = [{ right: 'chats/queues', status: refusal ? refusal.httpStatus : 200 }, ...rights];
  // A missing right may be answered like a wrong password: one call that gets past the login tells them apart.
  const isLetIn = probed.some(({ status }) => status !== undefined && status !== 401);
  if (!isLetIn) return [wrongCredentials()];
  const missing = probed.filter(({ status }) => status === 401 || status === 403);
  const troubles = rights.flatMap(({ trouble }) => trouble ?? []);
  const findings = [...missing.map(({ right }) => missingRight(right)), ...troubles];
  if (findings.length === 0)
    findings.push(fine('works', 'Thulium accepts the API user, who has every right it needs.'));
  if (answer instanceof DestinationFailure) return findings;
  const clock = now ? clockFindings(answer.response, now(), CLOCK) : [];
  return [...findings, ...judgeQueue(answer.queues, known['chatQueueId']), ...clock];
}

function judgeQueue(queues: ThuliumQueue[] | undefined, wanted: string | number | undefined): Finding[] {
  if (wanted === undefined) return [];
  if (queues === undefined) {
    return [fine('not-testable', 'The list of chat queues cannot be read, so the queue was not checked.')];
  }
  const queue = queues.find(({ id }) => id === String(wanted));
  if (queue) return [fine('works', `The chat queue ${queue.id} exists.`)];
  const there = queues.map(({ id, name }) => (name === undefined ? id : `${id} (${name})`)).slice(0, 20);
  const advice = there.length === 0 ? 'Create one in Thulium first.' : `Choose one of these: ${there.join(', ')}.`;
  return [fault('chatQueueId', 'unknown-choice', `Thulium has no chat queue of that number. ${advice}`)];
}

/** Thulium's chat queues to pick from, or why there are none to be had. */
export async function queueChoices(known: KnownSettings, http: HttpClient): Promise<Choice[] | string> {
  const call = callerOf(known, http);
  if (!call) return 'Enter the number of the Thulium chat queue: the credentials are not stored here yet.';
  const answer = await readQueues(call).catch((error: unknown) => {
    if (error instanceof DestinationFailure) return judgeRefusal(error, 'chats/queues').sentence;
    throw error;
  });
  if (typeof answer === 'string') return answer;
  const { queues } = answer;
  if (queues === undefined) return 'Enter the number of the Thulium chat queue: its list of queues cannot be read.';
  if (queues.length === 0) return 'Thulium has no chat queue. Create one there first.';
  return queues.map(({ id, name }) => ({ label: name ?? `Queue ${id}`, value: id }));
}

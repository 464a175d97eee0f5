import { z } from 'zod';
import type { HttpClient } from '../../outgoing/http-client.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { fault, fine, type Finding, troubleFinding } from '../finding.ts';
import type { Choice, KnownSettings } from '../installer-form.ts';
import { callRemote, failureOf, isSuccess, jsonOf } from '../remote-call.ts';
import { queueListSchema, type ThuliumQueue } from './wire.ts';

const TIMEOUT_MS = 15_000;

const accessSchema = z.object({ baseUrl: z.string(), apiUser: z.string(), apiPassword: z.string() });
type Access = z.infer<typeof accessSchema>;

/** Chat queues; undefined when the list cannot be read, since its shape is documented nowhere. Throws `DestinationFailure`. */
async function readQueues(access: Access, http: HttpClient): Promise<ThuliumQueue[] | undefined> {
  const { baseUrl, apiUser, apiPassword } = access;
  const headers = {
    Authorization: `Basic ${Buffer.from(`${apiUser}:${apiPassword}`).toString('base64')}`,
    Accept: 'application/json',
    'Accept-Language': 'en',
  };
  const url = new URL(`${baseUrl}/chats/queues`);
  const response = await callRemote(http, { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS }, 'reads');
  if (!isSuccess(response)) throw failureOf(response, 'reads');
  const body = jsonOf(response);
  if (typeof body !== 'object' || body === null) throw new DestinationFailure('notSent', 'bad-answer');
  const list = queueListSchema.safeParse(body);
  return list.success ? list.data : undefined;
}

/** Credentials, right and queue, by `GET chats/queues` (contract 2.5): the one call that changes nothing. */
export async function checkThulium(known: KnownSettings, http: HttpClient): Promise<Finding[]> {
  const access = accessSchema.safeParse(known);
  if (!access.success) return [];
  try {
    return judgeQueue(await readQueues(access.data, http), known['chatQueueId']);
  } catch (error) {
    if (error instanceof DestinationFailure) return [judgeFailure(error)];
    throw error;
  }
}

function judgeFailure(failure: DestinationFailure): Finding {
  if (failure.code === 'credentials-refused') {
    return fault(
      'apiPassword',
      failure.code,
      'Thulium refused the API user or its password. Enter them as in Administration → Users → API users.',
    );
  }
  if (failure.code === 'permission-missing') {
    return fault(
      'apiUser',
      failure.code,
      'The API user lacks the right to the method chats/queues. Give it in Administration → Users → API users.',
    );
  }
  return troubleFinding(failure, 'baseUrl', 'Thulium');
}

function judgeQueue(queues: ThuliumQueue[] | undefined, wanted: string | number | undefined): Finding[] {
  const works = fine('works', 'Thulium accepts the API user and its password.');
  if (wanted === undefined) return [works];
  if (queues === undefined) {
    return [works, fine('not-testable', 'The list of chat queues cannot be read, so the queue was not checked.')];
  }
  const queue = queues.find(({ id }) => id === String(wanted));
  if (queue) return [works, fine('works', `The chat queue ${queue.id} exists.`)];
  const there = queues.map(({ id, name }) => (name === undefined ? id : `${id} (${name})`)).slice(0, 20);
  const advice = there.length === 0 ? 'Create one in Thulium first.' : `Choose one of these: ${there.join(', ')}.`;
  return [fault('chatQueueId', 'unknown-choice', `Thulium has no chat queue of that number. ${advice}`)];
}

/** Thulium's chat queues to pick from, or why there are none to be had. */
export async function queueChoices(known: KnownSettings, http: HttpClient): Promise<Choice[] | string> {
  const access = accessSchema.safeParse(known);
  if (!access.success) return 'Enter the number of the Thulium chat queue: the credentials are not stored here yet.';
  const queues = await readQueues(access.data, http).catch((error: unknown) => {
    if (error instanceof DestinationFailure) return judgeFailure(error).sentence;
    throw error;
  });
  if (typeof queues === 'string') return queues;
  if (queues === undefined) return 'Enter the number of the Thulium chat queue: its list of queues cannot be read.';
  if (queues.length === 0) return 'Thulium has no chat queue. Create one there first.';
  return queues.map(({ id, name }) => ({ label: name ?? `Queue ${id}`, value: id }));
}

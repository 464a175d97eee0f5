import { DestinationFailure } from '../destination-failure.ts';
import { fine, type Finding } from '../finding.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import { type ThuliumCall, type ThuliumCaller, thuliumFailure } from './caller.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { startAnswerSchema } from './wire.ts';

/** No conversation can have it. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

interface Probe extends ThuliumCall {
  /** As the list of rights names it. */
  right: string;
}

/**
 * Besides the list of chats, calls that lack what they need: whoever may not make them is refused, whoever may is told
 * what is missing, and nothing comes of it. A start without a queue, a text and an end for nobody.
 */
const PROBES: readonly Probe[] = [
  { right: 'chats', method: 'GET', path: 'chats?limit=1', effect: 'reads' },
  { right: 'chat_conversations/start', method: 'POST', path: 'chat_conversations/start', effect: 'writes' },
  {
    right: 'chat_conversations/message',
    ...{ method: 'POST', path: `chat_conversations/${NOBODY}/message`, effect: 'writes' },
    json: { text: '' },
  },
  {
    right: 'chat_conversations/stop',
    ...{ method: 'POST', path: `chat_conversations/${NOBODY}/stop`, effect: 'writes' },
  },
];

export interface ProbedRight {
  right: string;
  /** HTTP status; undefined when there was no answer, or one that tells nothing. */
  status: number | undefined;
  /** Why it tells nothing. */
  trouble?: Finding;
}

/** How each method answers to this API user. Leaves no trace and throws nothing on purpose. */
export function probeRights(call: ThuliumCaller): Promise<ProbedRight[]> {
  return Promise.all(
    PROBES.map(async (probe) => {
      const { right } = probe;
      try {
        return { right, status: await statusOf(call, probe) };
      } catch (error) {
        if (!(error instanceof DestinationFailure)) throw error;
        // That a senseless call confuses Thulium says nothing about the right to make it.
        const untold = fine('not-testable', `Thulium did not tell whether the API user may use the method ${right}.`);
        return { right, status: undefined, trouble: probe.effect === 'reads' ? judgeRefusal(error, right) : untold };
      }
    }),
  );
}

async function statusOf(call: ThuliumCaller, probe: Probe): Promise<number> {
  const response = await call(probe);
  if (response.status >= 500 || response.status === 429) throw thuliumFailure(response, probe.effect);
  const started = isSuccess(response) ? startAnswerSchema.safeParse(jsonOf(response)) : undefined;
  // A system that needs no queue has started a chat after all.
  if (started?.success) {
    const path = `chat_conversations/${encodeURIComponent(started.data.conversation_id)}/stop`;
    await call({ method: 'POST', path, effect: 'writes' });
  }
  return response.status;
}

import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { installationParams } from '../installations/installation-params.ts';

const destination = z.string().describe('Id of the destination in its installation: `thulium-main`.');
const hint = { action: 'CHAT_AGENT_ASSIGNED', conversation_id: '6ed7c941-2c8a-411e-95d2-338a9f64800a' };
const fields = z.looseObject({}).describe('Whatever the chat system says of one of its chats.');
const findings = z.array(z.object({ ok: z.boolean(), field: z.string(), code: z.string(), sentence: z.string() }));
const registered = { ok: true, field: '', code: 'works', sentence: 'Thulium calls this service from now on.' };

/** What `callbackRoutes` and `registrationRoutes` answer. */
export const callbackPaths: readonly Operation[] = [
  {
    id: 'takeHint',
    method: 'post',
    path: '/callbacks/{installation}/{destination}',
    tag: 'Chat systems',
    summary: 'Takes the hint that there is something to read',
    description: 'Reading stays the truth: a hint makes it happen at once, and the same one twice changes nothing.',
    guard: 'callback',
    params: z.object({ installation: installationParams.shape.id, destination }),
    body: { content: { ...json(fields, { hint }), 'application/x-www-form-urlencoded': { schema: fields } } },
    answers: {
      200: {
        description: '`ignored`: no open chat of this destination, or no hint.',
        content: json(z.object({ status: z.enum(['accepted', 'ignored']) }), { taken: { status: 'accepted' } }),
      },
    },
    errors: ['body-too-large'],
  },
  {
    id: 'registerCallbacks',
    method: 'post',
    path: '/admin/api/installations/{id}/destinations/{destination}/callbacks',
    tag: 'Installations',
    summary: 'Makes a chat system call this service when there is something to read',
    description: 'Repeating it changes nothing more.',
    guard: 'admin',
    params: z.object({ id: installationParams.shape.id, destination }),
    answers: {
      200: {
        description: 'What came of it.',
        content: json(z.object({ findings }), { done: { findings: [registered] } }),
      },
    },
    errors: ['not-found'],
  },
];

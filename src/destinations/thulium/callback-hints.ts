import { z } from 'zod';
import type { Callbacks } from '../callbacks.ts';
import { thuliumSettings } from './definition.ts';

/** The chat events that are asked for (contract 2.7). */
export const HINT_ACTIONS = ['CHAT_AGENT_ASSIGNED', 'CHAT_CONVERSATION_CLOSED'] as const;

/** We started it ourselves, so there is nothing to read yet. */
const CREATED = 'CHAT_CONVERSATION_CREATED';

/** Other chat actions than the documented ones may exist, and they are hints as well. */
const bodySchema = z.object({
  action: z.string().regex(/^CHAT_/),
  conversation_id: z.union([z.string().min(1), z.number()]).transform(String),
});

export const thuliumCallbacks: Callbacks = {
  credentials(settings) {
    const { callbackUser: user, callbackPassword: password } = thuliumSettings.parse(settings);
    return user === undefined || password === undefined ? undefined : { user, password };
  },
  readHint(fields) {
    const body = bodySchema.safeParse(fields);
    if (!body.success || body.data.action === CREATED) return undefined;
    return { remoteId: body.data.conversation_id };
  },
};

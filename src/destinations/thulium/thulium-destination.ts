import { z } from 'zod';
import { defineDestination, type RemoteChat } from '../contract.ts';
import type { KnownSettings } from '../installer-form.ts';
import { checkThulium } from './check.ts';
import { createThuliumClient } from './client.ts';
import { findThuliumCustomers } from './customers.ts';
import { thuliumDeclaration, type ThuliumSettings } from './definition.ts';
import { chatsLike, findText } from './find-sent.ts';
import { thuliumInstaller } from './installer.ts';
import { toClientFields } from './to-remote.ts';

const DAY_MS = 24 * 60 * 60_000;

/** The day before, since lists go by the start date in a zone nobody states (contract 3). */
const dayBefore = (date: Date): string => new Date(date.getTime() - DAY_MS).toISOString().slice(0, 10);

const stateSchema = z.object({ listFrom: z.string() });
const listFrom = (chat: RemoteChat): string => stateSchema.parse(chat.state).listFrom;

const checkable = ({ baseUrl, apiUser, apiPassword, chatQueueId }: ThuliumSettings): KnownSettings => ({
  baseUrl,
  apiUser,
  apiPassword,
  chatQueueId,
});

/** Thulium chat: a conversation in one chat queue, written to as the client. */
export const thulium = defineDestination(
  { ...thuliumDeclaration, installer: thuliumInstaller },
  (settings, { http, now }) => {
    const client = createThuliumClient(settings, http);
    return {
      async start(context) {
        const remoteId = await client.start(toClientFields(context));
        return { remoteId, state: { listFrom: dayBefore(now()) } };
      },
      async findStarted(context, since, isTaken) {
        const from = dayBefore(since);
        for (const chat of chatsLike(await client.chatsSince(from), context, settings.chatQueueId)) {
          if (await isTaken(chat.conversation_id)) continue;
          return { outcome: 'sent', chat: { remoteId: chat.conversation_id, state: { listFrom: from } } };
        }
        return { outcome: 'notSent' };
      },
      async send(chat, message) {
        await client.message(chat.remoteId, message.text);
        return {};
      },
      async findSent(chat, message) {
        const chats = await client.chatsSince(listFrom(chat));
        return findText(
          chats.find((candidate) => candidate.conversation_id === chat.remoteId),
          message,
        );
      },
      end: (chat) => client.stop(chat.remoteId),
      findCustomers: (keys) => findThuliumCustomers(settings, http, keys),
      check: () => checkThulium(checkable(settings), http),
    };
  },
);

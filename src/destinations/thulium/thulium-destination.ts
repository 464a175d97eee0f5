import { defineDestination } from '../contract.ts';
import type { KnownSettings } from '../installer-form.ts';
import { thuliumCallbacks } from './callback-hints.ts';
import { createThuliumCaller } from './caller.ts';
import { createChatList } from './chat-list.ts';
import { checkThulium } from './check.ts';
import { createThuliumClient } from './client.ts';
import { findThuliumCustomers } from './customers.ts';
import { thuliumDeclaration, type ThuliumSettings } from './definition.ts';
import { chatsLike, findText } from './find-sent.ts';
import { thuliumInstaller } from './installer.ts';
import { dayBefore, listFrom } from './list-from.ts';
import { readTexts } from './read-texts.ts';
import { createThuliumReceiver } from './receiver.ts';
import { toClientFields } from './to-remote.ts';
import { registerWebhook } from './webhooks.ts';

const checkable = ({ baseUrl, apiUser, apiPassword, chatQueueId }: ThuliumSettings): KnownSettings => ({
  baseUrl,
  apiUser,
  apiPassword,
  chatQueueId,
});

/** Thulium chat: a conversation in one chat queue, written to as the client. */
export const thulium = defineDestination(
  { ...thuliumDeclaration, installer: thuliumInstaller, callbacks: thuliumCallbacks },
  (settings, { http, now }) => {
    const client = createThuliumClient(settings, http);
    const list = createChatList(client, settings, now);
    return {
      async start(context) {
        const remoteId = await client.start(toClientFields(context));
        return { remoteId, state: { listFrom: dayBefore(now()) } };
      },
      async findStarted(context, since, isTaken) {
        const from = dayBefore(since);
        const { chats, isCut } = await list.all({ from });
        const alike = chatsLike(chats, context, settings.chatQueueId, settings);
        const free: string[] = [];
        for (const { conversation_id: id } of alike) {
          if (!(await isTaken(id))) free.push(id);
        }
        const [remoteId, ...others] = free;
        if (remoteId === undefined) return { outcome: isCut ? 'cannotTell' : 'notSent' };
        // Who has the same name need not be the same person: which chat is whose, nothing in them says.
        if (others.length > 0 && context.visitor.email === undefined) return { outcome: 'cannotTell' };
        return { outcome: 'sent', chat: { remoteId, state: { listFrom: from } } };
      },
      async send(chat, message) {
        await client.message(chat.remoteId, message.text);
        return {};
      },
      async findSent(chat, message) {
        const { chats } = await list.find({ from: listFrom(chat) }, [chat.remoteId]);
        return findText(chats.get(chat.remoteId), message, settings);
      },
      async readTexts(chat) {
        const { chats } = await list.find({ from: listFrom(chat) }, [chat.remoteId]);
        return readTexts(chats.get(chat.remoteId), settings);
      },
      end: (chat) => client.stop(chat.remoteId),
      receiver: createThuliumReceiver({ settings, client, list, http, now }),
      registerCallbacks: (url, credentials) => registerWebhook(createThuliumCaller(settings, http), url, credentials),
      findCustomers: (keys) => findThuliumCustomers(settings, http, keys),
      check: () => checkThulium(checkable(settings), http, now),
    };
  },
);

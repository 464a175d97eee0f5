import { defineDestination } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { RemoteChat } from '../remote-chat.ts';
import { checkServicepattern } from './check.ts';
import { createServicepatternClient, type ServicepatternClient } from './client.ts';
import { clientIdOf } from './client-id.ts';
import { servicepatternDeclaration } from './definition.ts';
import { fetchFile } from './fetch-file.ts';
import { findSent } from './find-sent.ts';
import { servicepatternInstaller } from './installer.ts';
import { readTexts } from './read-texts.ts';
import { receive } from './receive.ts';
import { sendMessage } from './send.ts';
import { findStarted, startChat } from './start.ts';
import { stateOf } from './state.ts';
import { msgIdOf } from './to-remote.ts';

/** ServicePattern: a messaging session of one end user instance, which stands for one conversation. */
export const servicepattern = defineDestination(
  { ...servicepatternDeclaration, installer: servicepatternInstaller },
  (settings, { http, now }) => {
    const clientFor = (clientId: string): ServicepatternClient => createServicepatternClient(settings, http, clientId);
    const clientOf = (chat: RemoteChat): ServicepatternClient => clientFor(stateOf(chat).clientId);
    return {
      start(context) {
        const clientId = clientIdOf(context.conversationId, settings);
        return startChat(context, clientId, clientFor(clientId), settings);
      },
      findStarted(context, _since, isTaken) {
        const clientId = clientIdOf(context.conversationId, settings);
        return findStarted(clientId, clientFor(clientId), isTaken);
      },
      send: (chat, message) => sendMessage(chat, message, clientOf(chat), settings),
      async findSent(chat, message) {
        const { files } = stateOf(chat);
        const fileId = files[msgIdOf(chat.remoteId, message.key)]?.fileId;
        return findSent(await clientOf(chat).history(chat.remoteId), chat.remoteId, message, fileId);
      },
      readTexts: async (chat) => readTexts(await clientOf(chat).history(chat.remoteId), chat.remoteId),
      async end(chat) {
        try {
          await clientOf(chat).sendEvent(chat.remoteId, { event: `chat_session_${settings.endWith}` });
        } catch (error) {
          if (!(error instanceof DestinationFailure && error.kind === 'gone')) throw error;
        }
      },
      check() {
        const { baseUrl, apiVersion, tenantUrl, appId } = settings;
        return checkServicepattern({ baseUrl, apiVersion, tenantUrl, appId }, http, now);
      },
      receiver: {
        async receive(chats, signal) {
          const [chat] = chats;
          if (!chat) return { events: [], cursors: new Map<string, unknown>(), pauseMs: 0 };
          return receive(chat, signal, clientOf(chat), settings, now);
        },
        // Whether a session that is over still has a history is not documented.
        readBeforeEnd: async (chat, signal) =>
          (await receive({ ...chat, afterGap: true }, signal, clientOf(chat), settings, now)).events,
        ...(settings.endWith === 'disconnect' && { readAfterEndMs: settings.surveyMs }),
        fetchFile: (chat, file, limit) =>
          fetchFile({ remoteId: chat.remoteId, clientId: stateOf(chat).clientId }, file, limit, settings, http),
      },
    };
  },
);

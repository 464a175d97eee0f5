import { defineDestination } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { isSuccess, jsonOf } from '../remote-call.ts';
import type { RemoteChat } from '../remote-chat.ts';
import { checkConfigured } from './check.ts';
import { createGuest } from './create-guest.ts';
import { xmDeclaration } from './definition.ts';
import { xmFailure } from './failures.ts';
import { fetchXmFile } from './fetch-file.ts';
import { findText } from './find-sent.ts';
import { xmInstaller } from './installer.ts';
import { readTexts } from './read-texts.ts';
import { receiveXm } from './receive.ts';
import { createXmSession, jsonBody, type XmSession } from './session.ts';
import { encodeText } from './text-encoding.ts';
import { uploadFile } from './upload.ts';
import { sentAnswerSchema } from './wire.ts';

/** XM Live Assistance: a guest and the room its department's agents are in. */
export const xm = defineDestination({ ...xmDeclaration, installer: xmInstaller }, (settings, { http, now }) => {
  const sessionOf = (chat: RemoteChat): XmSession => createXmSession(settings, http, chat, now);

  return {
    start: (context) => createGuest(settings, http, context, now),
    // The room is only reachable with the token that the lost answer carried.
    findStarted: async () => ({ outcome: 'cannotTell' }),
    async send(chat, message) {
      const session = sessionOf(chat);
      if (await uploadFile(session, chat.remoteId, message, settings.maxFileBytes)) return {};
      const body = jsonBody({
        message: encodeText(message.text, settings.messageEncoding),
        internal: false,
        quotedMessageId: null,
      });
      const path = `chats/${encodeURIComponent(chat.remoteId)}/messages`;
      const response = await session.call({ method: 'POST', path, effect: 'writes', body });
      if (!isSuccess(response)) throw xmFailure(response, 'writes');
      const answer = sentAnswerSchema.safeParse(jsonOf(response));
      return answer.success ? { remoteMessageId: answer.data.messageId } : {};
    },
    findSent: (chat, message) => findText(sessionOf(chat), chat.remoteId, message),
    readTexts: (chat) => readTexts(sessionOf(chat), chat.remoteId),
    async end(chat) {
      const path = `chats/${encodeURIComponent(chat.remoteId)}/leave`;
      try {
        const response = await sessionOf(chat).call({ method: 'DELETE', path, effect: 'writes' });
        // Whether guests may leave is not known: a refusal ends the chat on our side all the same (contract 5.7).
        if (response.status === 429 || response.status >= 500) throw xmFailure(response, 'writes');
      } catch (error) {
        if (!(error instanceof DestinationFailure && error.kind === 'gone')) throw error;
      }
    },
    check: () => checkConfigured(settings, http, now),
    receiver: {
      async receive([chat, ...others], signal) {
        if (!chat || others.length > 0) throw new Error('each chat is read by a listener of its own');
        return receiveXm(sessionOf(chat), settings, chat, now, signal);
      },
      // A room that its guest has left shows nothing any more.
      readBeforeEnd: async (chat, signal) =>
        (await receiveXm(sessionOf(chat), settings, { ...chat, afterGap: true }, now, signal)).events,
      fetchFile: (chat, file, limit) => fetchXmFile(sessionOf(chat), file, limit),
    },
  };
});

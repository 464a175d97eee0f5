import { createHash } from 'node:crypto';
import { escapeUTF8 } from 'entities';
import type { StartContext } from '../contract.ts';
import type { ServicepatternSettings } from './definition.ts';
import { expectedValues } from './expected-parameters.ts';
import type { ExpectedParameter } from './wire.ts';

/** Body of Request Chat (contract 2.1). What is not known is left out. `expected`: what the entry asks for. */
export function toChatRequest(
  { visitor, pageUrl }: StartContext,
  expected: readonly ExpectedParameter[],
  settings: ServicepatternSettings,
): object {
  const { firstName, lastName, email, phone } = visitor;
  const name = [firstName, lastName].filter(Boolean).join(' ');
  const parameters = {
    ...(firstName && { first_name: firstName }),
    ...(lastName && { last_name: lastName }),
    ...(email && { email }),
    ...(pageUrl && { url: pageUrl }),
    ...expectedValues(expected, visitor, settings),
  };
  return {
    ...(settings.sendPhoneNumber && phone && { phone_number: phone }),
    ...(name && { from: name }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
}

/** The id of a message on every attempt: `<chat id>:<number>`, the vendor's own form, with nothing of ours in it. */
export function msgIdOf(chatId: string, key: string): string {
  const number = createHash('sha256').update(key).digest().readUIntBE(0, 6);
  return `${chatId}:${number}`;
}

export const isMsgIdOfOurs = (msgId: string, chatId: string): boolean =>
  msgId.startsWith(`${chatId}:`) && /^\d+$/.test(msgId.slice(chatId.length + 1));

export function toMessage(msgId: string, text: string, { htmlEscape }: ServicepatternSettings): object {
  const msg = htmlEscape ? escapeUTF8(text).replaceAll(/\r?\n/g, '<br>') : text;
  return { event: 'chat_session_message', msg_id: msgId, msg, msg_text: text };
}

export function toFile(msgId: string, fileId: string, file: { name: string; contentType: string }): object {
  const fileType = file.contentType.startsWith('image/') ? 'image' : 'attachment';
  return { event: 'chat_session_file', msg_id: msgId, file_id: fileId, file_type: fileType, file_name: file.name };
}

export const toFormAnswer = (form: { id: string | number; name: string }, text: string): object => ({
  event: 'chat_session_form_data',
  form_request_id: form.id,
  form_name: form.name,
  data: { text },
});

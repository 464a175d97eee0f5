import type { ServicepatternChat } from './servicepattern-chats.ts';
import type { WireEvent } from './servicepattern-effects.ts';
import { refuse } from './servicepattern-access.ts';
import type { ServicepatternParts } from './servicepattern-routes.ts';
import { jsonObject, type SimulatorAnswer } from './simulator-server.ts';

/** Client events and the members that each must have. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  chat_session_message: ['msg'],
  chat_session_file: ['msg_id', 'file_id', 'file_type', 'file_name'],
  chat_session_typing: [],
  chat_session_not_typing: [],
  chat_session_form_data: ['form_request_id', 'form_name', 'data'],
  chat_session_end: [],
  chat_session_disconnect: [],
};

const isWellFormed = (event: unknown): event is WireEvent => {
  if (typeof event !== 'object' || event === null || !('event' in event)) return false;
  const required = typeof event.event === 'string' ? REQUIRED[event.event] : undefined;
  return required?.every((name) => name in event) ?? false;
};

/** Send Events: all of a body or nothing of it. */
export function sendEvents(parts: ServicepatternParts, chat: ServicepatternChat, body: Buffer): SimulatorAnswer {
  const events = jsonObject(body)?.['events'];
  if (!Array.isArray(events) || events.length === 0 || !events.every(isWellFormed)) {
    return refuse(400, '5003', 'Request cannot be decoded');
  }
  const files = events.filter(({ event }) => event === 'chat_session_file');
  if (files.some((file) => parts.files.get(String(file['file_id']))?.owner !== chat.clientId)) {
    return refuse(400, '5502', 'File is not found');
  }
  if (parts.switches.refusesFileMsgIds && files.some((file) => file['msg_id'] !== '')) {
    return refuse(500, '5500', 'Internal error');
  }
  for (const event of events) carryOut(parts, chat, event);
  return { status: 200, ...parts.answerToSending(chat) };
}

function carryOut({ chats, ledger, switches }: ServicepatternParts, chat: ServicepatternChat, event: WireEvent): void {
  const { chatId } = chat;
  const text = (name: string): string => (typeof event[name] === 'string' ? event[name] : '');
  switch (event.event) {
    case 'chat_session_message':
      ledger.append({ kind: 'message', chatId, msgId: text('msg_id'), text: text('msg'), plainText: text('msg_text') });
      break;
    case 'chat_session_file':
      ledger.append({
        kind: 'file',
        chatId,
        msgId: text('msg_id'),
        fileId: text('file_id'),
        name: text('file_name'),
        type: text('file_type'),
      });
      break;
    case 'chat_session_form_data': {
      const { form_request_id: formId, form_name: formName, data } = event;
      ledger.append({ kind: 'form', chatId, formId, formName, data });
      break;
    }
    case 'chat_session_end':
    case 'chat_session_disconnect': {
      const how = event.event === 'chat_session_end' ? 'end' : 'disconnect';
      ledger.append({ kind: 'end', chatId, how });
      if (how === 'end') {
        chat.queue.length = 0;
        chats.end(chat);
      }
      return;
    }
    default:
      ledger.append({ kind: 'typing', chatId });
      return;
  }
  const renamed = switches.renamesMsgIds ? { msg_id: `s-${chat.history.length}` } : {};
  chats.record(chat, { ...event, ...renamed });
}

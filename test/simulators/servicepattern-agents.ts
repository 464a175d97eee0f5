import { randomUUID } from 'node:crypto';
import { type ServicepatternChat, type ServicepatternChats } from './servicepattern-chats.ts';
import type { StoredFile } from './servicepattern-routes.ts';
import type { WireEvent } from './servicepattern-effects.ts';

export interface ServicepatternAgent {
  partyId: string;
  join: () => void;
  /** `fields` change or add members of the event. */
  write: (text: string, fields?: object) => void;
  /** Gives the file's id. */
  sendFile: (name: string, bytes: Buffer, contentType?: string) => string;
  type: () => void;
  leave: () => void;
  end: () => void;
}

/** Somebody of the other side in one chat; `type` as in the contract: a person, or the scenario. */
export function createServicepatternAgent(
  chats: ServicepatternChats,
  files: Map<string, StoredFile>,
  chat: ServicepatternChat,
  person: { firstName: string; lastName: string; type: 'internal' | 'scenario' | 'external' },
): ServicepatternAgent {
  const partyId = randomUUID().toUpperCase();
  const emit = (event: WireEvent): void =>
    chats.emit(chat, { party_id: partyId, timestamp: chats.wireTime(), ...event });
  const nextMsgId = (): string => {
    const id = String(chat.nextMsgId);
    chat.nextMsgId += 2;
    return id;
  };

  return {
    partyId,
    join() {
      const { firstName, lastName, type } = person;
      if (type === 'internal') chat.state = 'connected';
      chats.emit(chat, { event: 'chat_session_status', state: chat.state, ewt: '' });
      emit({
        event: 'chat_session_party_joined',
        first_name: firstName,
        last_name: lastName,
        display_name: `${firstName} ${lastName}`.trim(),
        type,
      });
    },
    write: (text, fields = {}) =>
      emit({ event: 'chat_session_message', channel: 'web', msg_id: nextMsgId(), msg: text, ...fields }),
    sendFile(name, bytes, contentType = 'application/pdf') {
      const fileId = randomUUID();
      files.set(fileId, { name, bytes, contentType, owner: chat.chatId });
      const fileType = contentType.startsWith('image/') ? 'image' : 'attachment';
      const about = { file_id: fileId, file_name: name, file_type: fileType };
      emit({ event: 'chat_session_file', msg_id: nextMsgId(), ...about });
      return fileId;
    },
    type: () => emit({ event: 'chat_session_typing' }),
    leave: () => emit({ event: 'chat_session_party_left' }),
    end() {
      chats.emit(chat, { event: 'chat_session_ended' });
      chats.end(chat);
    },
  };
}

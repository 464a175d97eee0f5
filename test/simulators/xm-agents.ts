import { newXmId, XM_MESSAGE_TYPE, type XmPerson, type XmRoom, type XmRooms } from './xm-rooms.ts';
import { writeXmText } from './xm-text.ts';

export interface XmAgentOptions {
  /** A note among agents, which a guest must never be shown. */
  internal?: boolean;
  /** Sends the text as it is instead of as base64. */
  plain?: boolean;
}

export interface XmAgents {
  agentWrites: (chatId: string, text: string, options?: XmAgentOptions) => string;
  agentSendsFile: (chatId: string, filename: string, content: Buffer) => string;
  agentTypes: (chatId: string, typing?: boolean) => void;
  agentLeaves: (chatId: string) => void;
  removeRoom: (chatId: string) => void;
}

/** What the people on the other side do; every call throws when there is no such room. */
export function createXmAgents(rooms: XmRooms, files: Map<string, Buffer>, agent: XmPerson): XmAgents {
  const demand = (chatId: string): XmRoom => {
    const room = rooms.get(chatId);
    if (!room) throw new Error(`XM simulator: no room ${chatId}`);
    return room;
  };

  return {
    agentWrites(chatId, text, { internal = false, plain = false } = {}) {
      const message = plain ? text : writeXmText(text);
      return rooms.write(demand(chatId), { sender: agent, message, internal }).id.messageId;
    },
    agentSendsFile(chatId, filename, content) {
      const file = { id: newXmId(), filename, size: content.length, type: XM_MESSAGE_TYPE.file };
      files.set(file.id, content);
      const draft = { sender: agent, message: '', type: XM_MESSAGE_TYPE.file, file };
      return rooms.write(demand(chatId), draft).id.messageId;
    },
    agentTypes: (chatId, typing = true) => rooms.typing(demand(chatId), agent, typing),
    agentLeaves(chatId) {
      const room = demand(chatId);
      room.members = room.members.filter(({ id }) => id !== agent.id);
      rooms.write(room, { sender: agent, message: agent.name, type: XM_MESSAGE_TYPE.left });
    },
    removeRoom(chatId) {
      rooms.remove(demand(chatId).chatId);
    },
  };
}

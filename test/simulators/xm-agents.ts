import type { XmStoredFile } from './xm-chat-routes.ts';
import { newXmId, XM_MESSAGE_TYPE, type XmPerson, type XmRoom, type XmRooms } from './xm-rooms.ts';
import { writeXmText } from './xm-text.ts';

export interface XmAgentOptions {
  /** A note among agents, which a guest must never be shown. */
  internal?: boolean;
  /** Sends the text as it is instead of as base64. */
  plain?: boolean;
  /** People who are named in the text as "@[user:<id>]". */
  taggedUsers?: XmPerson[];
}

export interface XmAgents {
  agentWrites: (chatId: string, text: string, options?: XmAgentOptions) => string;
  agentNotes: (chatId: string, text: string) => string;
  agentEdits: (chatId: string, messageId: string, text: string) => void;
  agentDeletes: (chatId: string, messageId: string) => void;
  /** `type` as in messages: 2 image, 3 audio, 4 video, 20 any other file. */
  agentSendsFile: (chatId: string, filename: string, content: Buffer, type?: number) => string;
  /** A message of any type, such as a call or a pinned message. */
  agentDoes: (chatId: string, type: number) => string;
  agentTypes: (chatId: string, typing?: boolean) => void;
  agentLeaves: (chatId: string) => void;
  /** A second agent enters the room. */
  agentJoins: (chatId: string, name: string) => void;
  removeRoom: (chatId: string) => void;
}

/** What the people on the other side do; every call throws when there is no such room. */
export function createXmAgents(rooms: XmRooms, files: Map<string, XmStoredFile>, agent: XmPerson): XmAgents {
  const demand = (chatId: string): XmRoom => {
    const room = rooms.get(chatId);
    if (!room) throw new Error(`XM simulator: no room ${chatId}`);
    return room;
  };

  return {
    agentWrites(chatId, text, { internal = false, plain = false, taggedUsers } = {}) {
      const message = plain ? text : writeXmText(text);
      const draft = { sender: agent, message, internal, ...(taggedUsers && { taggedUsers }) };
      return rooms.write(demand(chatId), draft).id.messageId;
    },
    agentNotes: (chatId, text) =>
      rooms.write(demand(chatId), { sender: agent, message: writeXmText(text), internal: true }).id.messageId,
    agentEdits: (chatId, messageId, text) =>
      rooms.change(demand(chatId), messageId, { message: writeXmText(text), updated: true }),
    agentDeletes: (chatId, messageId) => rooms.change(demand(chatId), messageId, { deleted: true }),
    agentDoes: (chatId, type) => rooms.write(demand(chatId), { sender: agent, message: agent.name, type }).id.messageId,
    agentSendsFile(chatId, filename, content, type = XM_MESSAGE_TYPE.file) {
      const file = { id: newXmId(), filename, size: content.length, type };
      files.set(file.id, { content, contentType: 'application/octet-stream', type, chatId });
      const draft = { sender: agent, message: '', type, file };
      return rooms.write(demand(chatId), draft).id.messageId;
    },
    agentTypes: (chatId, typing = true) => rooms.typing(demand(chatId), agent, typing),
    agentLeaves(chatId) {
      const room = demand(chatId);
      room.members = room.members.filter(({ id }) => id !== agent.id);
      rooms.write(room, { sender: agent, message: agent.name, type: XM_MESSAGE_TYPE.left });
    },
    agentJoins(chatId, name) {
      const room = demand(chatId);
      room.members = [...room.members, { id: newXmId(), name }];
      rooms.write(room, { sender: agent, message: name, type: XM_MESSAGE_TYPE.added });
    },
    removeRoom(chatId) {
      rooms.remove(demand(chatId).chatId);
    },
  };
}

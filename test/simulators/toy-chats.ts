/** Something the toy's agent did. Its place in the list is its number. */
export type ToyEvent =
  | { kind: 'message'; text: string; author: string; files: { id: string; name: string; size?: number }[] }
  | { kind: 'ended' };

export interface ToyChat {
  id: string;
  conversation: string;
  sent: string[];
  events: ToyEvent[];
  /** Events up to here were handed out by a poll, which does so once. */
  handedOut: number;
  ended: boolean;
  /** Polls that wait right now. */
  waiting: Set<() => void>;
}

/** The chats of a chat system that does what tests need and nothing else. */
export function createToyChats() {
  const chats = new Map<string, ToyChat>();

  function demand(id: string): ToyChat {
    const chat = chats.get(id);
    if (!chat) throw new Error(`toy: no chat ${id}`);
    return chat;
  }

  function add(id: string, event: ToyEvent): void {
    const chat = demand(id);
    chat.events.push(event);
    if (event.kind === 'ended') chat.ended = true;
    for (const wake of [...chat.waiting]) wake();
  }

  return {
    find: (id: string) => chats.get(id),
    all: () => [...chats.values()],
    forget(id: string): void {
      const { waiting } = demand(id);
      chats.delete(id);
      for (const wake of [...waiting]) wake();
    },
    start(conversation: string): ToyChat {
      const id = `toy-${chats.size + 1}`;
      const chat = {
        id,
        conversation,
        sent: [],
        events: [],
        handedOut: 0,
        ended: false,
        waiting: new Set<() => void>(),
      };
      chats.set(id, chat);
      return chat;
    },
    agentWrites: (id: string, text: string, files: { id: string; name: string; size?: number }[] = []) =>
      add(id, { kind: 'message', text, author: 'Ania', files }),
    agentEnds: (id: string) => add(id, { kind: 'ended' }),
    end(id: string): void {
      const chat = demand(id);
      chat.ended = true;
      for (const wake of [...chat.waiting]) wake();
    },
  };
}

export type ToyChats = ReturnType<typeof createToyChats>;

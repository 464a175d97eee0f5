import { createFaults } from './faults.ts';
import { createLedger } from './ledger.ts';
import {
  jsonObject,
  type RequestEntry,
  type SimulatorAnswer,
  type SimulatorRequest,
  startSimulator,
} from './simulator-server.ts';
import { createToyChats, type ToyChat, type ToyEvent } from './toy-chats.ts';

/** One line per thing the toy was asked for. */
export interface ToyEffect {
  kind: 'start' | 'message' | 'end' | 'poll' | 'history' | 'list' | 'file';
  chat: string;
  text?: string;
  after?: number;
  /** Polls of that chat that were waiting already: more than none is a second reader. */
  others?: number;
}

interface NumberedEvent {
  number: number;
  event: ToyEvent;
}

/**
 * A chat system for the listeners: `poll` waits and hands every event out once, `history` and `list` tell everything after
 * a number. Speaks HTTP on a port of its own.
 */
export async function startToy() {
  const faults = createFaults();
  const ledger = createLedger<ToyEffect>();
  const requests = createLedger<RequestEntry>();
  const chats = createToyChats();
  const files = new Map<string, { bytes: Buffer; contentType: string }>();
  const mode = { ignoreCursor: false };

  async function handle(request: SimulatorRequest): Promise<SimulatorAnswer> {
    const [, room, id = '', action] = request.path.split('/');
    if (room === 'files') return file(id);
    if (room === 'list') return { status: 200, body: { chats: list(request.query.get('chats') ?? '') } };
    if (id === '') return start(request);
    const chat = chats.find(id);
    if (!chat) return { status: 404, body: {} };
    const after = Number(request.query.get('after') ?? 0);
    switch (action) {
      case 'poll':
        return poll(chat, after, Number(request.query.get('wait')), request.gone);
      case 'history':
        ledger.append({ kind: 'history', chat: id, after });
        return { status: 200, body: { events: eventsAfter(chat, after) } };
      case 'messages':
        return message(chat, request);
      default:
        ledger.append({ kind: 'end', chat: id });
        chats.end(id);
        return { status: 200, body: {} };
    }
  }

  function start(request: SimulatorRequest): SimulatorAnswer {
    const chat = chats.start(String(jsonObject(request.body)?.['conversation']));
    ledger.append({ kind: 'start', chat: chat.id, text: chat.conversation });
    return { status: 201, body: { id: chat.id } };
  }

  function message(chat: ToyChat, request: SimulatorRequest): SimulatorAnswer {
    if (chat.ended) return { status: 404, body: {} };
    const text = String(jsonObject(request.body)?.['text']);
    chat.sent.push(text);
    ledger.append({ kind: 'message', chat: chat.id, text });
    return { status: 200, body: {} };
  }

  function eventsAfter({ events }: ToyChat, after: number): NumberedEvent[] {
    const numbered = events.map((event, index) => ({ number: index + 1, event }));
    return numbered.filter(({ number }) => mode.ignoreCursor || number > after);
  }

  async function poll(chat: ToyChat, after: number, waitMs: number, gone: AbortSignal): Promise<SimulatorAnswer> {
    ledger.append({ kind: 'poll', chat: chat.id, after, others: chat.waiting.size });
    if (chat.events.length === chat.handedOut && !chat.ended) await untilNews(chat, waitMs, gone);
    // Whoever has hung up gets nothing, so nothing is handed out.
    if (gone.aborted) return { status: 200, body: { events: [] } };
    const events = eventsAfter(chat, mode.ignoreCursor ? 0 : chat.handedOut);
    chat.handedOut = chat.events.length;
    return { status: 200, body: { events } };
  }

  function untilNews(chat: ToyChat, waitMs: number, gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        chat.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      gone.addEventListener('abort', end);
      chat.waiting.add(end);
    });
  }

  function list(ids: string): { id: string; events: NumberedEvent[] }[] {
    ledger.append({ kind: 'list', chat: ids });
    const wanted = ids.split(',').flatMap((id) => chats.find(id) ?? []);
    return wanted.map((chat) => ({ id: chat.id, events: eventsAfter(chat, 0) }));
  }

  function file(id: string): SimulatorAnswer {
    ledger.append({ kind: 'file', chat: id });
    const found = files.get(id);
    if (!found) return { status: 404, body: {} };
    return { status: 200, headers: { 'content-type': found.contentType }, body: found.bytes };
  }

  const server = await startSimulator({ name: 'toy', handle, faults, onRequest: requests.append });
  return {
    url: server.url,
    faults,
    ledger,
    /** Everything that was asked, refused or not. */
    requests,
    files,
    mode,
    ...chats,
    /** The chat of a conversation, once it was started. */
    async chatOf(conversation: string): Promise<string> {
      const isIt = (entry: ToyEffect): boolean => entry.kind === 'start' && entry.text === conversation;
      const entries = await ledger.waitFor((all) => all.some(isIt), { timeoutMs: 15_000 });
      return entries.find(isIt)?.chat ?? '';
    },
    /** What it was asked for about one chat, in order. */
    asked: (chat: string, kind: ToyEffect['kind']) =>
      ledger.entries().filter((entry) => entry.kind === kind && entry.chat.split(',').includes(chat)),
    close: () => server.close(),
  };
}

export type ToySimulator = Awaited<ReturnType<typeof startToy>>;

import type { NewDelivery } from '../../../src/bridge/delivery.ts';
import { enqueue } from '../../../src/bridge/enqueue.ts';
import type { Database } from '../../../src/persistence/database.ts';
import { END, START } from './modelled-chats.ts';
import { type Move, TEXTS } from './moves.ts';

const INSTALLATION = 'ha-1';
/** What the chat is told of the conversation; only its beginning is the model's business. */
const CONTEXT = '[iAdvize]';

const ADD_CONVERSATION = `
INSERT INTO conversation (id, installation_id, start_source) VALUES ($1, $2, 'webhook') ON CONFLICT DO NOTHING`;

/** The sequential model of one conversation. */
export interface ModelledLane {
  conversationId: string;
  /** Each as it was planned, to be planned again. */
  events: NewDelivery[][];
  /** The sequential model: what a person must read there, in this order and once. */
  wanted: string[];
  transcript: string[];
  closed: boolean;
}

export const emptyLane = (number: number): ModelledLane => ({
  conversationId: `${INSTALLATION}:${number}`,
  ...{ events: [], wanted: [], transcript: [], closed: false },
});

/** Whether nothing is missing, twice or in another place so far. */
export const isBeginning = (seen: readonly string[], wanted: readonly string[]): boolean =>
  seen.length <= wanted.length && seen.every((text, index) => text === wanted[index] || isContext(text, wanted[index]));
const isContext = (text: string, wanted: string | undefined): boolean => wanted === CONTEXT && text.startsWith(CONTEXT);

/** Plans as the planner does; cut off, all of it is undone, and the model does not hear of it. */
export async function plan(database: Database, lane: ModelledLane, move: Move & { do: 'plan' }): Promise<void> {
  const { event, cutAt } = move;
  const again = lane.closed || event === 'again' ? lane.events[move.text % lane.events.length] : undefined;
  const next = again ? undefined : nextEvent(lane, move);
  const address = { installationId: INSTALLATION, conversationId: lane.conversationId, destinationId: 'chat' };
  let left = cutAt ?? Infinity;
  const cut = new Error('the planner was cut off');
  try {
    await database.transaction(async (sql) => {
      const query: typeof sql.query = (text, values) => {
        if ((left -= 1) < 0) throw cut;
        return sql.query(text, values);
      };
      await query(ADD_CONVERSATION, [lane.conversationId, INSTALLATION]);
      await enqueue({ query }, address, again ?? next?.deliveries ?? [], null);
    });
  } catch (error) {
    if (error !== cut) throw error;
    return;
  }
  if (!next) return;
  lane.events.push(next.deliveries);
  lane.wanted.push(...next.wanted);
  lane.closed = event === 'close';
}

function nextEvent(
  lane: ModelledLane,
  { event, text }: Move & { do: 'plan' },
): { deliveries: NewDelivery[]; wanted: string[] } {
  const start: NewDelivery = { key: 'start', kind: 'start', payload: { startUnheard: false } };
  const [first, opening] = lane.events.length === 0 ? [[start], [START, CONTEXT]] : [[], []];
  if (event === 'close') {
    lane.transcript = [TEXTS[text]!, TEXTS[text]!, TEXTS[(text + 1) % TEXTS.length]!];
    const ending: NewDelivery[] = [
      { key: 'transcript', kind: 'transcript', payload: {} },
      { key: 'end', kind: 'end', payload: {} },
    ];
    return { deliveries: [...first, ...ending], wanted: [...opening, ...lane.transcript, END] };
  }
  const said = TEXTS[text]!;
  const message: NewDelivery = {
    key: `said:${lane.events.length}`,
    kind: 'message',
    payload: { author: 'visitor', text: said },
  };
  return { deliveries: [...first, message], wanted: [...opening, said] };
}

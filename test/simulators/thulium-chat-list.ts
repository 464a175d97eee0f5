import type { ShownThuliumChat, ThuliumChats } from './thulium-chats.ts';

const MAX_LIMIT = 100;
const STATUSES = ['CREATED', 'IN_PROGRESS', 'CLOSED'];
const DATE = /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?$/;
const FLAGS = ['include_messages', 'include_files', 'include_client_data'];

export type ThuliumChatList = {
  count: number;
  result: (Omit<ShownThuliumChat, 'messages' | 'files'> & Partial<Pick<ShownThuliumChat, 'messages' | 'files'>>)[];
};

/** The answer of `GET chats`, or the text of what is wrong with its query. */
export function listChats(
  chats: Pick<ThuliumChats, 'find' | 'show'>,
  query: URLSearchParams,
): ThuliumChatList | string {
  const limit = wholeNumber(query.get('limit') ?? String(MAX_LIMIT));
  const offset = wholeNumber(query.get('offset') ?? '0');
  const status = query.get('status');
  const queue = query.get('chat_queue_id');
  const from = query.get('date_from') ?? '';
  const to = query.get('date_to') ?? '';
  if (limit === undefined || limit < 1 || limit > MAX_LIMIT) return `limit must be from 1 to ${MAX_LIMIT}.`;
  if (offset === undefined) return 'offset must be a number.';
  if (status !== null && !STATUSES.includes(status)) return 'status is unknown.';
  if ((from && !DATE.test(from)) || (to && !DATE.test(to))) return 'Dates are YYYY-MM-DD or YYYY-MM-DD HH:MM.';
  const strange = FLAGS.find((flag) => !['true', 'false', null].includes(query.get(flag)));
  if (strange !== undefined) return `${strange} must be true or false.`;

  const found = chats.find(
    (chat) =>
      (status === null || chat.status === status) &&
      (queue === null || String(chat.chat_queue_id) === queue) &&
      // Cut to the precision of the filter, so that an end date includes its whole day.
      chat.created_at.slice(0, from.length) >= from &&
      chat.created_at.slice(0, to.length) <= to,
  );
  return {
    count: found.length,
    result: found.slice(offset, offset + limit).map((chat) => {
      const { messages, files, ...rest } = chats.show(chat);
      return {
        ...rest,
        ...(query.get('include_messages') === 'true' && { messages }),
        ...(query.get('include_files') === 'true' && { files }),
      };
    }),
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

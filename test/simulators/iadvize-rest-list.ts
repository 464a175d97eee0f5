import type { RestConversation, RestVisitor } from './iadvize-rest-fixtures.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const WINDOW_MONTHS = 3;

export interface Pagination {
  page: number;
  pages: number;
  limit: number;
  count: number;
}

export function readFilters(query: URLSearchParams): Record<string, string> {
  const filters: Record<string, string> = {};
  for (const [key, value] of query) {
    const name = /^filters\[(\w+)\]$/.exec(key)?.[1];
    if (name !== undefined) filters[name] = value;
  }
  return filters;
}

export function paginate<Item>(items: Item[], query: URLSearchParams): { items: Item[]; pagination: Pagination } {
  const limit = Math.min(positive(query.get('limit'), DEFAULT_LIMIT), MAX_LIMIT);
  const page = positive(query.get('page'), 1);
  const pages = Math.max(1, Math.ceil(items.length / limit));
  return {
    items: items.slice((page - 1) * limit, page * limit),
    pagination: { page, pages, limit, count: items.length },
  };
}

export function filterVisitors(visitors: RestVisitor[], filters: Record<string, string>): RestVisitor[] {
  return visitors.filter(
    (visitor) =>
      fits(filters['unique_id'], visitor.unique_id) &&
      fits(filters['external_id'], visitor.external_id) &&
      fits(filters['website_id'], ...visitor.website_id),
  );
}

/** The conversations of the window, or the text of why the window is refused. */
export function filterConversations(
  conversations: RestConversation[],
  visitors: RestVisitor[],
  filters: Record<string, string>,
  now: Date,
): RestConversation[] | string {
  const window = readWindow(filters['from'], filters['to'], now);
  if (typeof window === 'string') return window;
  const visitorOf = new Map(visitors.map((visitor) => [visitor.unique_id, visitor]));
  return conversations.filter((conversation) => {
    const createdAt = parseTime(conversation.created_at);
    // The documents do not say which of the visitor's ids this filter takes, so either one finds the visitor.
    const visitor = visitorOf.get(conversation.visitor_uid);
    return (
      createdAt >= window.from &&
      createdAt <= window.to &&
      fits(filters['visitor_id'], conversation.visitor_uid, ...(visitor ? [visitor.id] : [])) &&
      fits(filters['website_id'], conversation.website_id) &&
      fits(filters['operator_id'], conversation.operator_id) &&
      fits(filters['channel'], conversation.channel)
    );
  });
}

function readWindow(
  from: string | undefined,
  to: string | undefined,
  now: Date,
): { from: number; to: number } | string {
  const end = to === undefined ? undefined : parseTime(to.length > 10 ? to : `${to} 23:59:59`);
  const start = from === undefined ? undefined : parseTime(from);
  if (Number.isNaN(start) || Number.isNaN(end)) return 'Invalid date.';
  if (start !== undefined && end !== undefined) {
    return end > addMonths(start, WINDOW_MONTHS) ? 'The interval must not exceed 3 months.' : { from: start, to: end };
  }
  if (start !== undefined) return { from: start, to: addMonths(start, WINDOW_MONTHS) };
  // Open towards now: fixtures may carry the local time of a zone that is ahead.
  return { from: addMonths(end ?? now.getTime(), -WINDOW_MONTHS), to: end ?? Infinity };
}

// The zone of these times is not documented; read as UTC on both sides, they compare right whatever it is.
function parseTime(text: string): number {
  return Date.parse(`${text.length > 10 ? text.replace(' ', 'T') : `${text}T00:00:00`}Z`);
}

function addMonths(time: number, months: number): number {
  const date = new Date(time);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

function positive(text: string | null, fallback: number): number {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : fallback;
}

function fits(filter: string | undefined, ...values: (string | number)[]): boolean {
  if (filter === undefined) return true;
  const pattern = filter.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return values.some((value) => new RegExp(`^${pattern}$`, 'i').test(String(value)));
}

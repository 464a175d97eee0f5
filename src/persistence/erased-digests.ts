import { createHash } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * What stays of an erased conversation or visitor in the table `erased_id`. A conversation stands there by its whole id
 * and by the source's own, for events that name no website.
 */
export const conversationDigests = (id: string): Buffer[] =>
  [id, id.slice(id.indexOf(':') + 1)].map((name) => digest(`conversation:${name}`));

export const visitorDigest = (visitorId: string): Buffer => digest(`visitor:${visitorId}`);

/** The digests that an id would have which nobody can tell whose it is. */
export const anyDigests = (id: string): Buffer[] => [digest(`conversation:${id}`), visitorDigest(id)];

/** SQL: whether the conversation of that id, an SQL expression, was erased. */
export const isErasedConversation = (id: string): string =>
  `EXISTS (SELECT 1 FROM erased_id WHERE digest = sha256(convert_to('conversation:' || ${id}, 'UTF8')))`;

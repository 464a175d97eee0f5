import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StartContext } from '../contract.ts';
import type { XmSettings } from './definition.ts';
import { encodeText } from './text-encoding.ts';

const MIN_NAME = 3;

/** Body of `POST guests` (contract 3.1). */
export function toGuest({ visitor, conversationId, openingText, pageUrl }: StartContext, settings: XmSettings): object {
  return {
    name: guestName([visitor.firstName, visitor.lastName].filter(Boolean).join(' '), settings.nameLimit),
    email: usableEmail(visitor.email) ?? madeUpEmail(conversationId, settings.anonymousEmailDomain),
    departmentId: settings.departmentIdAsText ? String(settings.departmentId) : settings.departmentId,
    message: encodeText(openingText, settings.openingEncoding),
    ...(pageUrl !== undefined && { sourceUrl: pageUrl }),
  };
}

/** Names have 3 to 32 characters: a shorter one says that it is a visitor's, a longer one is cut. */
function guestName(name: string, limit: number): string {
  if (name === '') return 'Visitor';
  if (name.length < MIN_NAME) return `${name} (visitor)`;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (cut.length + segment.length > limit) break;
    cut += segment;
  }
  return cut.trim();
}

const usableEmail = (email: string | undefined): string | undefined => z.email().safeParse(email).data;

/** One address per conversation, without saying which. */
function madeUpEmail(conversationId: string, domain: string): string {
  return `visitor-${createHash('sha256').update(conversationId).digest('hex').slice(0, 12)}@${domain}`;
}

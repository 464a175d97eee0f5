import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

/** Headings of the document, in its order. */
export const TAGS = {
  'Agent console': 'Plug-in reads: what iAdvize asks while an agent works.',
  'Marketplace installer': 'What iAdvize asks while a client’s administrator installs the connector.',
  Events: 'What happened at iAdvize, answered once it is on disk.',
  Installations: 'One installation is this connector on one iAdvize website.',
  Feeds: 'Product feeds and customer lists of an installation.',
  Operation: 'What came in, and what became of it.',
  Privacy: 'What is kept of a person, and its erasure.',
  'Chat systems': 'What a chat system calls by itself.',
  Service: 'Public probes, and this document.',
} as const;

/**
 * Who may call: everybody, iAdvize by its signature, the operator by the admin token, whoever knows the push key,
 * a chat system by the credentials of its destination, or whoever was given the address.
 */
export type Guard = 'none' | 'signature' | 'admin' | 'push-key' | 'callback' | 'signed-address';

export interface Content {
  schema: z.ZodType;
  /** Real values by name; a test parses each of them. */
  examples?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  description: string;
  /** By media type; none = an empty answer. */
  content?: Readonly<Record<string, Content>>;
  headers?: Readonly<Record<string, string>>;
}

/** One method of one path as its room declares it, next to the schemas it parses with. */
export interface Operation {
  /** As a generated client would call it: "listProducts". */
  id: string;
  method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` where the route has `:name`. */
  path: string;
  tag: keyof typeof TAGS;
  summary: string;
  description?: string;
  guard: Guard;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: { description?: string; optional?: true; content: Readonly<Record<string, Content>> };
  answers: Readonly<Record<number, Answer>>;
  /** Refusals of this operation; those of its guard come by themselves. */
  errors?: readonly ErrorCode[];
}

/** Content of JSON, the usual case. */
export const json = (schema: z.ZodType, examples?: Record<string, unknown>): Record<string, Content> => ({
  'application/json': { schema, ...(examples && { examples }) },
});

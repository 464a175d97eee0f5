import { z } from 'zod';
import { plainText } from '../http/paging.ts';
import { installationIdOf } from '../installations/website-ref.ts';
import { remoteCopySchema } from './remote-copy.ts';

const moment = z.coerce.date();

/** Whom a privacy call is about (product 3): by one of the three. */
export const personBody = z
  .strictObject({
    email: z
      .email('must be an e-mail address')
      .max(320)
      .transform((text) => text.toLowerCase())
      .optional()
      .describe('As the chats were told; upper and lower case are the same.'),
    externalId: plainText(200).min(1).optional().describe('The client’s own id of the person.'),
    visitorId: plainText(200).min(1).optional().describe('iAdvize’s id of their browser.'),
    installation: plainText(40)
      .transform((text, context) => {
        const id = installationIdOf(text);
        if (id === undefined) context.addIssue({ code: 'custom', message: 'must look like "ha-123"' });
        return id ?? '';
      })
      .optional()
      .describe('Only there; everywhere unless told.'),
  })
  .superRefine(({ email, externalId, visitorId }, context) => {
    if ([email, externalId, visitorId].filter((one) => one !== undefined).length !== 1) {
      context.addIssue({ code: 'custom', path: ['email'], message: 'Send one of email, externalId and visitorId.' });
    }
  })
  .meta({ id: 'Person' });

const numbers = {
  events: z.number().describe('Webhooks; a bare tombstone stays of each, so that a copy of it stays a duplicate.'),
  conversations: z.number(),
  deliveries: z.number(),
  remoteChats: z.number().describe('Our side of them.'),
  remoteMessages: z.number(),
  files: z.number(),
  profileActions: z.number(),
  customers: z.number().describe('Rows of the customer lists; the next import may bring them back.'),
  leftOpen: z.number().describe('Remote chats that were open and whose end their system would not take.'),
};

const erasedIn = z.object({
  installation: z.string().nullable().describe('Null: events that name no website.'),
  ...numbers,
});

/** What an erasure did. */
export const erasureState = z
  .object({
    id: z.string(),
    requestedAt: moment,
    finishedAt: moment.nullable().describe('Null while a remote chat that was open is being ended.'),
    erased: z.array(erasedIn),
    remoteChats: z.array(remoteCopySchema).describe('Chats in other systems that hold a copy: theirs to erase.'),
  })
  .meta({ id: 'Erasure' });

/** The receipt of an erasure: for whoever asked for it, and kept by nobody else. */
export const receiptSchema = z
  .object({
    ...erasureState.shape,
    subject: z
      .object({ by: z.string(), salt: z.string(), digest: z.string() })
      .describe('The person without a name: `digest` is the SHA-256, in hex, of `<salt>:<by>:<value>`.'),
    installations: z.array(z.string()).describe('Where it was looked for.'),
    publicKey: z.string().describe('Ed25519, base64url.'),
    signature: z
      .string()
      .describe('Over all else as JSON: members sorted by name, no white space, UTF-8. Ed25519, base64url.'),
  })
  .meta({ id: 'Receipt' });

export const receiptVerdict = z.object({ valid: z.boolean() });

const told = z.string().optional();
const visitor = z.object({
  firstName: told,
  lastName: told,
  email: told,
  phone: told,
  city: told,
  country: told,
  externalId: told,
  uniqueId: told,
});
const text = z.object({
  destination: z.string(),
  kind: z.string(),
  status: z.string(),
  createdAt: moment,
  author: z.string().nullable(),
  text: z.string(),
});

/** Everything that is kept of a person. */
export const personData = z
  .object({
    exportedAt: moment,
    asked: z.object({ by: z.string(), value: z.string() }),
    knownAs: z.object({
      emails: z.array(z.string()),
      externalIds: z.array(z.string()),
      visitorIds: z.array(z.string()),
    }),
    conversations: z.array(
      z.object({
        shown: z.looseObject({ id: z.string() }).describe('As `GET /admin/api/conversations/{id}` answers it.'),
        visitors: z.array(visitor).describe('What each remote chat was told of the visitor.'),
        texts: z.array(text).describe('Every text that was made for a chat, whether it arrived or not.'),
      }),
    ),
    events: z.array(
      z.object({
        id: z.string(),
        receivedAt: moment,
        source: z.string(),
        contentType: z.string().nullable(),
        installation: z.string().nullable(),
        conversation: z.string().nullable(),
        body: z.string().describe('As it came.'),
      }),
    ),
    customers: z.array(
      z.object({
        installation: z.string(),
        email: z.string().nullable(),
        externalId: z.string().nullable(),
        fields: z.unknown(),
      }),
    ),
    profileActions: z.array(z.object({ conversation: z.string(), action: z.string(), at: moment })),
  })
  .meta({ id: 'PersonData' });

export type PersonBody = z.output<typeof personBody>;
export type PersonData = z.output<typeof personData>;

import { z } from 'zod';
import { json, type Operation } from '../http/openapi/operation.ts';
import { erasureState, personBody, personData, receiptSchema, receiptVerdict } from './privacy-schemas.ts';

const shared = { tag: 'Privacy', guard: 'admin' } as const;
const BODY_ERRORS = ['invalid-json', 'body-too-large', 'unsupported-content-type', 'invalid-input'] as const;

const STATE = {
  id: '6f2c1d2e-52a4-4f0e-9f0a-2b7f4f0b7c11',
  requestedAt: '2026-01-05T10:00:00.000Z',
  finishedAt: '2026-01-05T10:00:01.000Z',
  erased: [
    {
      ...{ installation: 'ha-123', events: 2, conversations: 1, deliveries: 5, remoteChats: 1 },
      ...{ remoteMessages: 3, files: 0, profileActions: 0, customers: 1, leftOpen: 0 },
    },
  ],
  remoteChats: [{ installation: 'ha-123', destination: 'thulium-main', remoteId: '812', status: 'ended' }],
};
const RECEIPT = {
  ...STATE,
  subject: { by: 'email', salt: 'mHkG4Zf0n8Tj2y1bQ0aXwA', digest: 'c0ffee'.padEnd(64, '0') },
  installations: ['ha-123'],
  publicKey: 'GmZ4m2xT0a1vI1n1yqH2b9u0m8mR2k1oZ0q3n5r7t9w',
  signature: 'q83vEjRWeJCrze8SNFZ4kA',
};
const DATA = {
  exportedAt: '2026-01-05T10:00:00.000Z',
  asked: { by: 'email', value: 'ana@example.org' },
  knownAs: { emails: ['ana@example.org'], externalIds: [], visitorIds: [] },
  ...{ conversations: [], events: [], customers: [], profileActions: [] },
};

/** What `privacyRoutes` answers. */
export const privacyPaths: readonly Operation[] = [
  {
    ...shared,
    id: 'exportPerson',
    method: 'post',
    path: '/admin/api/privacy/export',
    summary: 'Everything that is kept of a person',
    description:
      'The conversations that name the person, and those of the same browser that name nobody else; every stored event that names them; their rows of the customer lists. Reads all stored events and opens what the chats were told, so it takes seconds where there are millions.',
    body: { content: json(personBody, { person: { email: 'ana@example.org' } }) },
    answers: { 200: { description: 'All of it.', content: json(personData, { nothing: DATA }) } },
    errors: ['not-found', ...BODY_ERRORS],
  },
  {
    ...shared,
    id: 'erasePerson',
    method: 'post',
    path: '/admin/api/privacy/erase',
    summary: 'Erase a person',
    description:
      'Finds what an export finds and erases it; remote chats that are open are ended first. Of each event a bare tombstone stays, so that a copy of it stays a duplicate, and what still comes of an erased conversation is forgotten as soon as it is read. Doing it twice is doing it once. What is begun is finished, also if the process dies.',
    body: { content: json(personBody, { person: { email: 'ana@example.org', installation: 'ha-123' } }) },
    answers: {
      200: {
        description: 'The receipt. Keep it: nobody else does.',
        content: json(receiptSchema, { erased: RECEIPT }),
      },
    },
    errors: ['not-found', ...BODY_ERRORS],
  },
  {
    ...shared,
    id: 'getErasure',
    method: 'get',
    path: '/admin/api/privacy/erasures/{id}',
    summary: 'How far an erasure is',
    params: z.object({ id: z.string().describe('As its receipt names it.') }),
    answers: {
      200: { description: 'What it did, and nothing of the person.', content: json(erasureState, { finished: STATE }) },
    },
    errors: ['not-found'],
  },
  {
    ...shared,
    id: 'verifyReceipt',
    method: 'post',
    path: '/admin/api/privacy/verify',
    summary: 'Whether this service signed a receipt as it stands',
    body: { description: 'The receipt.', content: json(z.looseObject({}), { receipt: RECEIPT }) },
    answers: { 200: { description: 'The verdict.', content: json(receiptVerdict, { no: { valid: false } }) } },
    errors: [...BODY_ERRORS],
  },
];

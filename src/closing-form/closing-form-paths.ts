import { json, type Operation } from '../http/openapi/operation.ts';
import { closingOptionsAnswer, closingOptionsQuery } from './closing-form-schemas.ts';

const form = [
  { id: 'ticket', label: 'Create a ticket', fieldType: 'CHECKBOX', isRequired: false },
  { id: 'subject', idParent: 'ticket', label: 'Subject', fieldType: 'TEXT', isRequired: true },
];

/** What `closingFormRoutes` answers. */
export const closingFormPaths: readonly Operation[] = [
  {
    id: 'readClosingForm',
    method: 'get',
    path: '/iadvize/closing-options',
    tag: 'Agent console',
    summary: 'The form an agent fills in when a conversation closes',
    guard: 'signature',
    query: closingOptionsQuery,
    answers: { 200: { description: 'The fields, in their order.', content: json(closingOptionsAnswer, { form }) } },
  },
];

import { json, type Operation } from '../http/openapi/operation.ts';
import {
  profileActionAnswer,
  profileActionBody,
  visitorProfileAnswer,
  visitorProfileQuery,
} from './profile-schemas.ts';

const ana = [
  { id: 'crm', label: 'CRM profile', value: 'https://crm.example/c/C-42', fieldType: 'URL' },
  { id: 'name', label: 'Name', value: 'Ana Ruiz', fieldType: 'TEXT' },
  { id: 'action-note', label: 'Add a note', value: 'NOTE', fieldType: 'ACTION' },
];
const note = {
  action: 'NOTE',
  idConversation: 'ha-456',
  idWebsite: 'ha-123',
  idVisitorUnique: 'a7b94266db827c5b8f04586e8e543abd4b7e976e9a723',
  idOperator: 'ha-12345',
};

/** What `profileRoutes` answers. */
export const profilePaths: readonly Operation[] = [
  {
    id: 'readVisitorProfile',
    method: 'get',
    path: '/iadvize/visitor-profile',
    tag: 'Agent console',
    summary: 'What is known of a visitor',
    description: 'Asks every source at once; what does not answer in time is left out.',
    guard: 'signature',
    query: visitorProfileQuery,
    answers: {
      200: {
        description: 'Fields in a fixed order; empty where nobody is known.',
        content: json(visitorProfileAnswer, { known: ana, unknown: [] }),
      },
    },
  },
  {
    id: 'carryOutProfileAction',
    method: 'post',
    path: '/iadvize/visitor-profile/actions',
    tag: 'Agent console',
    summary: 'Carries out an action of the profile',
    description:
      '`NOTE` leaves a note in the primary chat, one per conversation; `OPEN_CRM` answers with the link to the CRM.',
    guard: 'signature',
    body: {
      content: {
        ...json(profileActionBody, { note }),
        'application/x-www-form-urlencoded': { schema: profileActionBody },
      },
    },
    answers: {
      200: {
        description: 'Done or refused: the sentence is for the agent, in the agent’s language.',
        content: json(profileActionAnswer, { done: { success: true, message: 'The note was added.' } }),
      },
    },
    errors: ['invalid-json', 'body-too-large', 'invalid-input'],
  },
];

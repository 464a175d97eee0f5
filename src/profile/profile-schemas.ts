import { z } from 'zod';

const text = z.string().optional();

/** Query of `GET /iadvize/visitor-profile`; every member is optional on the wire (contract 1.7). */
export const visitorProfileQuery = z.object({
  emailVisitor: text.describe('The visitor’s e-mail.'),
  idVisitorExternal: text.describe('The client’s own id of this person.'),
  idVisitorUnique: text.describe('iAdvize’s id of this browser.'),
  idConnectorVersion: text.describe('Tells two platforms apart that have the same website number.'),
  idWebsite: text.describe('Website, bare or with its platform: `123` or `ha-123`. Unknown: `[]`.'),
  operatorLocale: text.describe('Language of the labels: `fr`, `fr_FR` or `fr-FR`.'),
  idOperator: text.describe('The agent.'),
});

/** Body of `POST /iadvize/visitor-profile/actions`, as JSON or as a form. */
export const profileActionBody = z.object({
  action: z.string('is missing').max(100).describe('The `value` of the field that was clicked.'),
  idConversation: z
    .string('is missing')
    .regex(/^[^\p{Cc}]{1,128}$/u, 'is no conversation id')
    .describe('With or without its platform, or a UUID.'),
  idWebsite: text,
  idConnectorVersion: text,
  idVisitorUnique: text,
  idOperator: text,
});

/** A line of the profile as iAdvize's console takes it (contract 1.7). */
export const profileField = z
  .object({
    id: z.string(),
    label: z.string(),
    value: z.string().describe('Of an `ACTION`: the code that comes back when it is clicked.'),
    fieldType: z.enum(['TEXT', 'URL', 'ACTION']),
  })
  .meta({ id: 'ProfileField' });
export type ProfileField = z.infer<typeof profileField>;

/** Answer of `GET /iadvize/visitor-profile`; empty where nobody is known. */
export const visitorProfileAnswer = z.array(profileField);

/** Answer of `POST /iadvize/visitor-profile/actions`. */
export const profileActionAnswer = z.object({ success: z.boolean(), message: z.string() });
export type ActionAnswer = z.infer<typeof profileActionAnswer>;

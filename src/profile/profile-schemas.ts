import { z } from 'zod';

const text = z.string().optional();

/** Query of `GET /iadvize/visitor-profile`; every member is optional on the wire (contract 1.7). */
export const visitorProfileQuery = z.object({
  emailVisitor: text,
  idVisitorExternal: text,
  idVisitorUnique: text,
  idConnectorVersion: text,
  idWebsite: text,
  operatorLocale: text,
  idOperator: text,
});

/** Body of `POST /iadvize/visitor-profile/actions`, as JSON or as a form. */
export const profileActionBody = z.object({
  action: z.string('is missing').max(100),
  idConversation: z.string('is missing').regex(/^[^\p{Cc}]{1,128}$/u, 'is no conversation id'),
  idWebsite: text,
  idConnectorVersion: text,
  idVisitorUnique: text,
  idOperator: text,
});

/** A line of the profile as iAdvize's console takes it (contract 1.7). */
export const profileField = z.object({
  id: z.string(),
  label: z.string(),
  value: z.string(),
  fieldType: z.enum(['TEXT', 'URL', 'ACTION']),
});
export type ProfileField = z.infer<typeof profileField>;

/** Answer of `GET /iadvize/visitor-profile`; empty where nobody is known. */
export const visitorProfileAnswer = z.array(profileField);

/** Answer of `POST /iadvize/visitor-profile/actions`. */
export const profileActionAnswer = z.object({ success: z.boolean(), message: z.string() });
export type ActionAnswer = z.infer<typeof profileActionAnswer>;

import { z } from 'zod';

/** What the commands read of a delivery. */
export const deliverySchema = z.object({
  id: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  kind: z.string(),
  conversation: z.string(),
  destination: z.string(),
  repeatOf: z.string().nullable(),
  createdAt: z.string(),
});

type SeenDelivery = z.output<typeof deliverySchema>;

/** One line for the terminal; its first word is what `replay` and `skip` take. */
export function deliveryLine({ id, status, reason, kind, conversation, destination, createdAt }: SeenDelivery): string {
  const why = reason === null ? status : `${status} (${reason})`;
  return `${id}  ${why}  ${kind} of ${conversation} into ${destination}, planned ${createdAt}`;
}

import { z } from 'zod';

/** A chat in another system that the person's words were carried into. What is there is that system's to erase. */
export const remoteCopySchema = z.object({
  installation: z.string(),
  destination: z.string(),
  remoteId: z.string().nullable().describe('Null: nobody can tell whether the chat was started.'),
  status: z
    .string()
    .describe('As the erasure found it: `open` ones are ended, `ended`, `gone`; `in-doubt` ones cannot be found.'),
});

export type RemoteCopy = z.infer<typeof remoteCopySchema>;

import { z } from 'zod';
import { type AdminAnswer, CommandError } from './admin-client.ts';

export const TOKEN_HELP = '\nADMIN_TOKEN must be set in the environment.';
export const DEFAULT_SERVER = 'http://localhost:8080';

/** Runs a command: exit code 0 when it resolves to true; 1 and a sentence without a stack for what it could not do. */
export async function runCommand(work: () => Promise<boolean>): Promise<void> {
  try {
    process.exitCode = (await work()) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** What the service answered, parsed. Throws `CommandError` with the service's own sentence when it refused. */
export function answered<Schema extends z.ZodType>({ status, body }: AdminAnswer, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (status < 300 && parsed.success) return parsed.data;
  const error = errorSchema.safeParse(body);
  throw new CommandError(error.success ? error.data.error.message : `The service answered ${status}.`);
}

import { z } from 'zod';

const names = (...defaults: string[]) => z.array(z.string().min(1).max(100)).min(1).max(20).default(defaults);
const values = (...defaults: string[]) => z.array(z.string().min(1).max(100)).max(50).default(defaults);

/**
 * Thulium documents neither the members of a message nor those of a file (contract 2.4, 5): likely names, the first
 * present one counts.
 */
export const fieldMapping = {
  messageFields: z
    .strictObject({
      text: names('text', 'message', 'content', 'body').describe('Where the text is.'),
      time: names('date', 'created_at', 'sent_at').describe('Where the time is.'),
      id: names('id', 'message_id').describe('Where its id is; messages without one are told apart by their content.'),
      author: names('sent_by').describe('Where it says which side wrote it.'),
      agent: names('user_login', 'agent_login').describe("Where the agent's login is; else the chat's is taken."),
    })
    .prefault({})
    .describe('Names of the members of a message; the first one that is there counts.'),
  authors: z
    .strictObject({
      self: values('CLIENT', 'CUSTOMER').describe('The visitor, that is us.'),
      agent: values('USER', 'AGENT', 'CONSULTANT').describe('An agent.'),
      bot: values('BOT', 'CHATBOT', 'EXTERNAL_CHATBOT').describe('A bot.'),
      system: values('SYSTEM').describe('Thulium itself.'),
    })
    .prefault({})
    .describe(
      'Values of the author, in any case. Any other is the visitor where the text is one that was sent, else an agent.',
    ),
  fileFields: z
    .strictObject({
      id: names('id', 'file_id').describe('Where its id is.'),
      name: names('name', 'filename').describe('Where its name is.'),
      url: names('url', 'link', 'download_url').describe('Where its address is.'),
      size: names('size').describe('Where its size in bytes is.'),
      type: names('content_type', 'mime_type', 'type').describe('Where its media type is.'),
      message: names('message_id').describe('Where the id of its message is.'),
      author: names('sent_by').describe('Where it says which side sent it.'),
    })
    .prefault({})
    .describe('Names of the members of a file; the first one that is there counts.'),
};

/** The first of these members that is a text or a number, as text. */
export function firstText(entry: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  const found = names
    .map((name) => entry[name])
    .find((value) => typeof value === 'string' || typeof value === 'number');
  return found === undefined ? undefined : String(found);
}

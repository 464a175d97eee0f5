/**
 * One line per effect in the chat system; a refused request leaves none. The first message of a room belongs to its
 * `guest` line. `raw` is the message as it was sent, `text` what a reader sees.
 */
export type XmEffect =
  | {
      kind: 'guest';
      chatId: string;
      userId: string;
      name: string;
      email: string;
      departmentId: number;
      message: string;
      sourceUrl?: string;
    }
  | {
      kind: 'message';
      chatId: string;
      messageId: string;
      sequence: number;
      text: string;
      raw: string;
      internal: boolean;
    }
  | { kind: 'leave'; chatId: string };

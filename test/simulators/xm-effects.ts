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
  | {
      kind: 'file';
      chatId: string;
      messageId: string;
      sequence: number;
      /** The path it was uploaded to. */
      call: string;
      name: string;
      contentType: string;
      size: number;
    }
  | { kind: 'leave'; chatId: string };

/** One line per answered refresh; `repeated` when it was the same one asked again, which rotates nothing. */
export interface XmRefresh {
  userId: string;
  repeated: boolean;
}

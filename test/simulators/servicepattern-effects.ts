/** What a caller brought about, in its order. */
export type ServicepatternEffect =
  | { kind: 'chat'; chatId: string; clientId: string; request: Record<string, unknown> }
  | { kind: 'chat-again'; chatId: string; clientId: string }
  | { kind: 'message'; chatId: string; msgId: string; text: string; plainText: string | undefined }
  | { kind: 'upload'; fileId: string; name: string; contentType: string; bytes: number }
  | { kind: 'file'; chatId: string; msgId: string; fileId: string; name: string; type: string }
  | { kind: 'form'; chatId: string; formId: unknown; formName: unknown; data: unknown }
  | { kind: 'typing'; chatId: string }
  | { kind: 'end'; chatId: string; how: 'end' | 'disconnect' }
  | { kind: 'poll'; chatId: string; events: number }
  | { kind: 'second-poll'; chatId: string };

/** The headers that a browser would not need. */
export interface ServicepatternHeaders {
  method: string;
  path: string;
  userAgent: string | undefined;
  cacheControl: string | undefined;
  contentType: string | undefined;
  authorization: string | undefined;
}

export type WireEvent = Record<string, unknown> & { event: string };

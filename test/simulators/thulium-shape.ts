import type { StoredThuliumFile } from './thulium-files.ts';

/** A message as it is kept; how it is shown is a matter of the shape. */
export interface ThuliumMessage {
  id: number;
  sent_by: string;
  text: string;
  date: string;
  login: string | null;
}

/**
 * The names under which messages and files are shown: nobody documents them, and systems differ. A member without a
 * name is left out.
 */
export interface ThuliumShape {
  text: string;
  time?: string;
  id?: string;
  author: string;
  agent?: string;
  /** What the client's side is called in the author. */
  client: string;
  fileName: string;
  fileUrl?: string;
  fileMessage?: string;
  newestFirst: boolean;
}

export const DEFAULT_SHAPE: ThuliumShape = {
  text: 'text',
  time: 'date',
  author: 'sent_by',
  client: 'CLIENT',
  fileName: 'name',
  fileUrl: 'url',
  newestFirst: false,
};

export function showMessages(messages: readonly ThuliumMessage[], shape: ThuliumShape): Record<string, unknown>[] {
  const shown = messages.map(({ id, sent_by, text, date, login }) => ({
    ...(shape.id !== undefined && { [shape.id]: id }),
    [shape.author]: sent_by === 'CLIENT' ? shape.client : sent_by,
    [shape.text]: text,
    ...(shape.time !== undefined && { [shape.time]: date }),
    ...(shape.agent !== undefined && login !== null && { [shape.agent]: login }),
  }));
  return shape.newestFirst ? shown.reverse() : shown;
}

export function showFile(file: StoredThuliumFile, shape: ThuliumShape): Record<string, unknown> {
  return {
    id: file.id,
    [shape.fileName]: file.name,
    size: file.bytes.length,
    ...(shape.fileUrl !== undefined && { [shape.fileUrl]: file.url }),
    ...(shape.fileMessage !== undefined && file.messageId !== undefined && { [shape.fileMessage]: file.messageId }),
  };
}

import type { SimulatorAnswer } from './simulator-server.ts';

export interface ThuliumFileOptions {
  name: string;
  bytes: Buffer;
  contentType: string;
  /** Of the message it came with. */
  messageId?: number;
  /** Where it is to be had, when that is not this system. */
  url?: string;
}

export interface StoredThuliumFile extends ThuliumFileOptions {
  id: number;
  url: string;
}

/** The files of agents, under `/files/<id>` beside the API; whoever fetches one must log in like everywhere. */
export function createThuliumFiles(url: () => string) {
  const files = new Map<number, StoredThuliumFile>();
  return {
    add(options: ThuliumFileOptions): StoredThuliumFile {
      const id = files.size + 1;
      const file = { url: `${url()}/files/${id}`, ...options, id };
      files.set(id, file);
      return file;
    },
    answer(id: string): SimulatorAnswer | undefined {
      const file = files.get(Number(id));
      return file && { status: 200, headers: { 'Content-Type': file.contentType }, body: file.bytes };
    },
  };
}

export type ThuliumFiles = ReturnType<typeof createThuliumFiles>;

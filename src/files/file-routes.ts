import { Router } from 'express';
import { HttpError } from '../http/errors.ts';
import { fileHeaders } from './file-headers.ts';
import type { FileLinks } from './file-links.ts';

export interface ServedFile {
  name: string;
  contentType: string;
  bytes: Buffer;
}

export interface FileRouteDependencies {
  links: FileLinks;
  /** Undefined when there is no such file any more. */
  load(fileId: string): Promise<ServedFile | undefined>;
}

/** `GET /files/:id?expires=…&signature=…`: public, guarded by its signature alone. */
export function fileRoutes({ links, load }: FileRouteDependencies): Router {
  const router = Router();
  router.get('/files/:id', async (request, response) => {
    const { id } = request.params;
    const { expires, signature } = request.query;
    const verdict =
      typeof expires === 'string' && typeof signature === 'string' ? links.judge(id, expires, signature) : 'forged';
    if (verdict === 'forged') throw new HttpError('forbidden', 'This address was not made by this service.');
    if (verdict === 'expired') throw new HttpError('expired', 'This address has expired. Ask for a new one.');
    const file = await load(id);
    if (!file) throw new HttpError('not-found', 'This file is not kept any more.');
    response.set(fileHeaders(file.name, file.contentType)).end(file.bytes);
  });
  return router;
}

import { type Request, type Response, Router } from 'express';
import { HttpError } from '../http/errors.ts';
import { installationInPath } from '../installations/installation-in-path.ts';
import { feedAddressSchema, importQuerySchema, statusQuerySchema } from './catalogue-import-schemas.ts';
import { FeedFailure } from './feed-failure.ts';
import type { FeedKind } from './feed-import-store.ts';
import type { FeedImports, ImportRequest } from './feed-imports.ts';
import { type SpooledUpload, spoolUpload } from './spool-upload.ts';

/** Bytes of a feed as it is sent (product 3), and of one that was gzipped, inflated. */
export const UPLOAD_LIMIT = 64 * 1024 * 1024;
const INFLATED_UPLOAD_LIMIT = 1024 * 1024 * 1024;
const MAX_ADDRESS_BYTES = 16 * 1024;

/** `/admin/api/installations/:id/catalogue` and `…/customers`. Mount behind the admin guard. */
export function catalogueImportRoutes(imports: FeedImports, uploadLimit = UPLOAD_LIMIT): Router {
  const router = Router();
  for (const kind of ['catalogue', 'customers'] as const) {
    const path = `/admin/api/installations/:id/${kind}`;
    router.post(path, (request, response) => startImport(imports, kind, uploadLimit, request, response));
    router.get(path, async (request, response) => {
      const { importId } = statusQuerySchema.parse(request.query);
      response.json(await statusOf(imports, idOf(request), kind, importId));
    });
  }
  return router;
}

const idOf = (request: Request): string => installationInPath(String(request.params['id']));

async function startImport(
  imports: FeedImports,
  kind: FeedKind,
  uploadLimit: number,
  request: Request,
  response: Response,
): Promise<void> {
  const { format, allowShrink, source } = importQuerySchema.parse(request.query);
  const feed = { installationId: idOf(request), kind };
  const upload = await receive(imports, feed, source, uploadLimit, request, response);
  let started = false;
  try {
    const address = await addressIn(upload);
    const from: ImportRequest['from'] = address ?? {
      bytes: upload.read(),
      contentType: request.get('content-type'),
      format,
      limits: { maxBytes: uploadLimit, maxInflatedBytes: INFLATED_UPLOAD_LIMIT },
      close: () => upload.remove(),
    };
    const allowed = address?.allowShrink ?? allowShrink;
    const begun = await imports.start({
      ...feed,
      source,
      from,
      ...(allowed !== undefined && { allowShrink: allowed }),
    });
    started = address === undefined;
    response.status(202).json({ importId: begun?.importId, status: 'running' });
  } finally {
    if (!started) await upload.remove();
  }
}

async function receive(
  imports: FeedImports,
  feed: { installationId: string; kind: FeedKind },
  source: 'api' | 'cli',
  uploadLimit: number,
  request: Request,
  response: Response,
): Promise<SpooledUpload> {
  await imports.assertInstalled(feed.installationId);
  try {
    const upload = await spoolUpload(request, uploadLimit);
    if (upload.size > 0) return upload;
    await upload.remove();
    throw new HttpError('invalid-input', 'Send the feed as the body, or {"url": "…"} as JSON.');
  } catch (error) {
    // What was left unread would be taken for the next request on this connection.
    if (!request.complete) response.set('Connection', 'close');
    const failure = asFailure(error);
    if (failure) await imports.recordFailure(feed, source, failure);
    throw error instanceof FeedFailure ? new HttpError('invalid-input', error.message, { cause: error }) : error;
  }
}

function asFailure(error: unknown): FeedFailure | undefined {
  if (error instanceof FeedFailure) return error;
  return error instanceof HttpError && error.code === 'body-too-large' ? new FeedFailure('too-large') : undefined;
}

/** A small JSON object with `url` and no list of items is an address; anything else is a feed. */
async function addressIn(upload: SpooledUpload) {
  if (upload.size > MAX_ADDRESS_BYTES) return undefined;
  const text = (await upload.head()).toString('utf8');
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isFeed = Object.values(Object(value) as object).some(Array.isArray) || 'title' in Object(value);
    if (isFeed || !('url' in Object(value))) return undefined;
    return feedAddressSchema.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function statusOf(imports: FeedImports, installationId: string, kind: FeedKind, importId: string | undefined) {
  await imports.assertInstalled(installationId);
  const feed = { installationId, kind };
  const { store } = imports;
  const [latest, live, lastFailure] = await Promise.all([
    importId === undefined ? store.latest(feed) : store.find(feed, importId),
    store.live(feed),
    store.lastFailure(feed),
  ]);
  if (importId !== undefined && !latest) throw new HttpError('not-found', 'There is no import of that id here.');
  return { latest, live, lastFailure };
}

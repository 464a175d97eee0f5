import { createHash } from 'node:crypto';
import { type Response, Router } from 'express';
import { docsPage } from './docs-page.ts';
import { STYLE } from './docs-style.ts';
import type { OpenApiDocument } from './openapi-document.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

/** The page needs its own style and nothing else. No upgrade to https either: inside a network it is read over http. */
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${sha256(STYLE)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `GET /openapi.json` and `GET /docs` (product 3): public, and made once. `documentPath`: where the outside finds it. */
export function docsRoutes(document: OpenApiDocument, documentPath: string): Router {
  const router = Router();
  const documentText = JSON.stringify(document);
  const page = docsPage(document, documentPath);
  const [documentTag, pageTag] = [documentText, page].map((text) => `"${sha256(text)}"`);

  function answer(response: Response, type: string, tag: string | undefined, text: string): void {
    response.set({ 'Cache-Control': 'public, max-age=300', ETag: tag });
    // Express answers 304 by itself where the tag is the one that was sent.
    response.type(type).send(text);
  }

  router.get('/openapi.json', (_request, response) => answer(response, 'json', documentTag, documentText));
  router.get('/docs', (_request, response) => {
    response.set('Content-Security-Policy', PAGE_POLICY);
    answer(response, 'html', pageTag, page);
  });
  return router;
}

import { type Response, Router } from 'express';
import type { CataloguePages } from './catalogue-pages.ts';
import { readCatalogueQuery } from './catalogue-query.ts';

/** What is in the texts is JSON already: to build objects only to write them again would halve the speed. */
function answerJson(response: Response, json: Buffer | string): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.end(json);
}

/** `GET /iadvize/categories` and `GET /iadvize/products` (product 3, iAdvize contract 1.6). Mount behind the signature. */
export function catalogueRoutes(pages: CataloguePages): Router {
  const router = Router();
  router.get('/iadvize/categories', async (request, response) => {
    answerJson(response, await pages.categories(readCatalogueQuery(request.query)));
  });
  router.get('/iadvize/products', async (request, response) => {
    answerJson(response, await pages.products(readCatalogueQuery(request.query)));
  });
  return router;
}

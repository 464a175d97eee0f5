import { type Request, Router } from 'express';
import { readJson } from '../../http/json-body.ts';
import type { ParameterOptions } from './parameter-options.ts';
import type { Verification } from './verification.ts';
import { submittedTexts, verdictFor, verificationBodySchema } from './verification-body.ts';

/**
 * The two verification URLs and the select pickers (product 3). Which step calls does not matter: a field means the
 * same in both. Mount behind the raw body and the signature check.
 */
export function verificationRoutes(verification: Verification, parameterOptions: ParameterOptions): Router {
  const router = Router();
  for (const step of ['authentication', 'settings']) {
    router.post(`/iadvize/verify/${step}`, async (request, response) => {
      const body = readJson(request, verificationBodySchema);
      const faults = await verification.verify(submittedTexts(body));
      request.logFields.faults = faults.length;
      response.set('Cache-Control', 'no-store').json(verdictFor(body, faults));
    });
  }
  router.get('/iadvize/parameters/:parameter/options', async (request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .json(await parameterOptions(request.params.parameter, websiteOf(request)));
  });
  return router;
}

/** The documentation of 2017 misspells its own key (iAdvize contract EX-14). */
function websiteOf({ query }: Request): string {
  const [website = ''] = [query['idWebsite'], query['idWebsite]']].filter((value) => typeof value === 'string');
  return website;
}

import { Router } from 'express';
import { z } from 'zod';
import { HttpError } from '../http/errors.ts';
import { readJson } from '../http/json-body.ts';
import { captureRawBody } from '../http/raw-body.ts';
import { noInstallation } from '../installations/installation-in-path.ts';
import { newWork } from './erasure-store.ts';
import { erasePerson, type ErasingDependencies, untilFinished } from './erase-person.ts';
import type { Erased } from './erasure-numbers.ts';
import { type ExportDependencies, readPersonData } from './person-data.ts';
import type { PersonKey } from './person-key.ts';
import {
  erasureState,
  personBody,
  type PersonBody,
  personData,
  receiptSchema,
  receiptVerdict,
} from './privacy-schemas.ts';
import { type ReceiptSigner, subjectOf } from './receipt.ts';

export interface PrivacyDependencies extends ErasingDependencies, ExportDependencies {
  signer: ReceiptSigner;
  /** A worker should see to what is left of an erasure. */
  onUnfinished(): void;
  /** All there are, or that one; undefined when there is none of that id. */
  installationIds(only: string | undefined): Promise<string[] | undefined>;
}

const BODY_LIMIT = 4 * 1024;
const RECEIPT_LIMIT = 1024 * 1024;
/** How long the receipt waits for the ends of open chats, in ms; a worker sees to the rest. */
const ENDING_MS = 10_000;

const erasureId = z.uuid();

/** `/admin/api/privacy/…` (product 3): export and erasure of one person. Mount behind the admin guard. */
export function privacyRoutes(dependencies: PrivacyDependencies): Router {
  const { store, signer } = dependencies;
  const router = Router();

  async function asked(body: PersonBody): Promise<{ key: PersonKey; installationIds: string[] }> {
    const installationIds = await dependencies.installationIds(body.installation);
    if (!installationIds) throw noInstallation();
    return { key: keyOf(body), installationIds };
  }

  router.post('/admin/api/privacy/export', captureRawBody(BODY_LIMIT), async (request, response) => {
    const { key, installationIds } = await asked(readJson(request, personBody));
    response.json(personData.parse(await readPersonData(key, installationIds, dependencies)));
  });

  router.post('/admin/api/privacy/erase', captureRawBody(BODY_LIMIT), async (request, response) => {
    const { key, installationIds } = await asked(readJson(request, personBody));
    const erasure = await store.begin(newWork(key, installationIds));
    await erasePerson(erasure, dependencies);
    const finished = await untilFinished(erasure, dependencies, ENDING_MS);
    if (!finished) {
      await store.later(erasure.id, 0);
      dependencies.onUnfinished();
    }
    const state = await stateOf(erasure.id);
    const content = { ...state, subject: subjectOf(key), installations: installationIds };
    response.json(receiptSchema.parse(signer.sign(content)));
  });

  router.get('/admin/api/privacy/erasures/:id', async (request, response) => {
    response.json(await stateOf(request.params.id));
  });

  router.post('/admin/api/privacy/verify', captureRawBody(RECEIPT_LIMIT), (request, response) => {
    const receipt = readJson(request, z.looseObject({}));
    response.json(receiptVerdict.parse({ valid: signer.isOurs(receipt) }));
  });

  async function stateOf(id: string) {
    const state = erasureId.safeParse(id).success ? await store.find(id) : undefined;
    if (!state) throw new HttpError('not-found', 'There is no erasure of that id. Its receipt names it.');
    return erasureState.parse({ ...state, erased: inRows(state.erased) });
  }

  return router;
}

function keyOf({ email, externalId, visitorId }: PersonBody): PersonKey {
  if (email !== undefined) return { by: 'email', value: email };
  if (externalId !== undefined) return { by: 'externalId', value: externalId };
  return { by: 'visitorId', value: visitorId ?? '' };
}

const inRows = (erased: Erased) =>
  Object.entries(erased)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, numbers]) => ({ installation: id === '' ? null : id, ...numbers }));

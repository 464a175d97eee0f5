import { z } from 'zod';
import { json, type Operation } from '../../http/openapi/operation.ts';
import { installationParams } from '../installation-params.ts';
import { verificationBodySchema } from './verification-body.ts';
import {
  checkAnswer,
  optionsAnswer,
  optionsQuery,
  verdict2017,
  verdict2018,
  verdictInBoth,
} from './verification-schemas.ts';

const SENTENCE = 'The API password is wrong.';
const verdicts = {
  'accepted, 2017': { isValid: true },
  'refused, 2017': { isValid: false, message: '', fields: [{ id: 'thulium_api_password', message: SENTENCE }] },
  'refused, 2018': {
    isStepValid: false,
    errors: [{ code: 'credentials-refused', description: SENTENCE, parameterKey: 'thulium_api_password' }],
  },
};
const typed = {
  'shape of 2017': [{ id: 'thulium_api_user', value: 'api_user', fieldType: 'TEXT' }],
  'shape of 2018': [{ key: 'thulium_api_user', value: 'api_user' }],
};
const finding = {
  subject: 'thulium-main',
  ok: false,
  field: 'apiPassword',
  code: 'credentials-refused',
  sentence: SENTENCE,
};

const verification = (step: 'authentication' | 'settings', id: string): Operation => ({
  id,
  method: 'post',
  path: `/iadvize/verify/${step}`,
  tag: 'Marketplace installer',
  summary: `Judges the values of the ${step} step`,
  description:
    'A live check decides, within 5 s. With a valid `installation_key` among the fields the values are stored in that installation; without it they are judged and forgotten.',
  guard: 'signature',
  body: { content: json(verificationBodySchema, typed) },
  answers: {
    200: {
      description: 'The verdict, in the shape that was asked in; in both at once where the fields mix them.',
      content: json(z.union([verdictInBoth, verdict2017, verdict2018]), verdicts),
    },
  },
  errors: ['invalid-json', 'body-too-large', 'unsupported-content-type', 'invalid-input'],
});

/** What `verificationRoutes` answers. */
export const verificationPaths: readonly Operation[] = [
  verification('authentication', 'verifyAuthentication'),
  verification('settings', 'verifySettings'),
  {
    id: 'listParameterOptions',
    method: 'get',
    path: '/iadvize/parameters/{parameter}/options',
    tag: 'Marketplace installer',
    summary: 'Values of a select picker',
    guard: 'signature',
    params: z.object({ parameter: z.string().describe('Id of the field: `thulium_chat_queue_id`.') }),
    query: optionsQuery,
    answers: {
      200: {
        description: 'Never empty: where there is nothing to pick, one entry without a value says why.',
        content: json(optionsAnswer, { queues: [{ label: 'Sales', value: '3' }] }),
      },
    },
  },
];

/** What `installationCheckRoutes` answers. */
export const installationCheckPaths: readonly Operation[] = [
  {
    id: 'checkInstallation',
    method: 'post',
    path: '/admin/api/installations/{id}/check',
    tag: 'Installations',
    summary: 'Asks every system of an installation whether its settings work',
    description: 'Changes nothing anywhere.',
    guard: 'admin',
    params: installationParams,
    answers: {
      200: {
        description: 'One plain sentence per finding.',
        content: json(checkAnswer, { refused: { findings: [finding] } }),
      },
    },
    errors: ['not-found'],
  },
];

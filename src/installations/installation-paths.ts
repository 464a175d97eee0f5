import { z } from 'zod';
import type { DestinationType } from '../destinations/contract.ts';
import { json, type Operation } from '../http/openapi/operation.ts';
import { pageOf, pageQuerySchema } from '../http/paging.ts';
import { installationParams } from './installation-params.ts';
import { installationCreated, keyAnswer, shownInstallation } from './installation-schemas.ts';
import { createSettingsSchema, destinationShape, identitySchema } from './settings-schema.ts';

const settings = {
  label: 'Shop FR',
  locale: 'fr-FR',
  currency: 'EUR',
  iadvize: { restApiKey: 'key-of-the-client' },
  destinations: [
    {
      id: 'thulium-main',
      type: 'thulium',
      role: 'primary',
      settings: {
        baseUrl: 'https://acme.thulium.com/api',
        apiUser: 'api_user',
        apiPassword: 'password-of-that-user',
        chatQueueId: 3,
      },
    },
  ],
};
const [destination] = settings.destinations;
const shown = {
  id: 'ha-123',
  platform: 'ha',
  websiteId: 123,
  ...settings,
  iadvize: { restApiKey: '********' },
  destinations: [{ ...destination, settings: { ...destination?.settings, apiPassword: '********' } }],
  active: true,
  hasInstallationKey: true,
  createdAt: '2026-01-05T10:00:00.000Z',
  updatedAt: '2026-01-05T10:00:00.000Z',
};
const installationKey = 'shown this once';
const JSON_BODY_ERRORS = ['invalid-json', 'body-too-large', 'unsupported-content-type', 'invalid-input'] as const;
const PATH = '/admin/api/installations';

/** The settings with those of each chat system in place, and the website they are for. */
function bodySchemas(types: readonly DestinationType[]) {
  const destinations = types.map(({ type, title, settings: own }) =>
    z.strictObject({ type: z.literal(type), ...destinationShape, settings: own }).describe(title),
  );
  const members = { destinations: z.array(z.union(destinations)).max(10).default([]) };
  const whole = createSettingsSchema(types).extend(members);
  return {
    created: z.strictObject({ ...identitySchema.shape, ...whole.shape }).meta({ id: 'NewInstallation' }),
    replaced: z
      .strictObject({ ...identitySchema.partial().shape, ...whole.shape })
      .meta({ id: 'InstallationSettings', description: 'What `GET` shows can be sent back as it is.' }),
  };
}

/** What `installationRoutes` answers. */
export function installationPaths(types: readonly DestinationType[]): readonly Operation[] {
  const { created, replaced } = bodySchemas(types);
  const all = { tag: 'Installations', guard: 'admin' } as const;
  const one = { ...all, path: `${PATH}/{id}`, params: installationParams } as const;
  const found = { description: 'The installation.', content: json(shownInstallation, { shown }) };
  return [
    {
      ...all,
      id: 'createInstallation',
      method: 'post',
      path: PATH,
      summary: 'Creates an installation',
      body: { content: json(created, { thulium: { platform: 'ha', websiteId: 123, ...settings } }) },
      answers: {
        201: {
          description: 'Created. Hand the key to the client’s administrator.',
          headers: { Location: 'Path of the installation.' },
          content: json(installationCreated, { created: { ...shown, installationKey } }),
        },
      },
      errors: ['conflict', ...JSON_BODY_ERRORS],
    },
    {
      ...all,
      id: 'listInstallations',
      method: 'get',
      path: PATH,
      summary: 'All installations',
      query: pageQuerySchema,
      answers: {
        200: {
          description: 'One page.',
          content: json(pageOf(shownInstallation), { page: { items: [shown], nextCursor: null } }),
        },
      },
      errors: ['invalid-input'],
    },
    {
      ...one,
      id: 'getInstallation',
      method: 'get',
      summary: 'One installation',
      answers: { 200: found },
      errors: ['not-found'],
    },
    {
      ...one,
      id: 'replaceInstallation',
      method: 'put',
      summary: 'Replaces all settings of an installation',
      description:
        'A secret that is left out or sent back masked stays as it is, `null` removes it. Deliveries that were parked for their settings are tried again.',
      body: { content: json(replaced, { settings }) },
      answers: { 200: found },
      errors: ['not-found', 'conflict', ...JSON_BODY_ERRORS],
    },
    {
      ...one,
      id: 'deleteInstallation',
      method: 'delete',
      summary: 'Removes an installation with its conversations',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found'],
    },
    {
      ...one,
      id: 'renewInstallationKey',
      method: 'post',
      path: `${PATH}/{id}/key`,
      summary: 'Makes a new installation key',
      description: 'The old one ends at once.',
      answers: { 201: { description: 'The key.', content: json(keyAnswer, { key: { installationKey } }) } },
      errors: ['not-found'],
    },
  ];
}

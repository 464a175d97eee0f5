import { z } from 'zod';
import { type InstallerForm, trimmed, verbatim, wholeNumber } from '../installer-form.ts';
import { upstreamUrl } from '../upstream-url.ts';
import { checkThulium, queueChoices } from './check.ts';

const SYSTEM_NAME = /^([a-z0-9][a-z0-9-]{0,62})(\.thulium\.com)?$/i;
const BARE_SYSTEM_URL = /^https:\/\/[a-z0-9-]+\.thulium\.com$/i;

/** "acme", "acme.thulium.com", "https://acme.thulium.com" and the API's whole address all name the same system. */
const systemAddress = trimmed.transform((text, context) => {
  const [, name] = SYSTEM_NAME.exec(text) ?? [];
  const address = upstreamUrl.safeParse(name === undefined ? text : `https://${name.toLowerCase()}.thulium.com/api`);
  if (address.success) return BARE_SYSTEM_URL.test(address.data) ? `${address.data}/api` : address.data;
  context.addIssue({ code: 'custom', message: 'must be its name, such as acme, or the address of its API' });
  return z.NEVER;
});

/** The marketplace's fields for Thulium (product 3). */
export const thuliumInstaller: InstallerForm = {
  type: 'thulium',
  title: 'Thulium',
  constants: {},
  address: 'baseUrl',
  secretSettings: ['apiPassword'],
  fields: [
    {
      id: 'thulium_system',
      setting: 'baseUrl',
      label: 'The Thulium system',
      isRequired: true,
      form: systemAddress,
    },
    {
      id: 'thulium_api_user',
      setting: 'apiUser',
      label: 'The API user',
      isRequired: true,
      form: trimmed,
    },
    {
      id: 'thulium_api_password',
      setting: 'apiPassword',
      label: 'The API password',
      isRequired: true,
      form: verbatim,
    },
    {
      id: 'thulium_chat_queue_id',
      setting: 'chatQueueId',
      label: 'The chat queue',
      isRequired: true,
      form: wholeNumber,
      choices: queueChoices,
    },
  ],
  check: checkThulium,
};

import { type InstallerForm, trimmed, wholeNumber } from '../installer-form.ts';
import { upstreamUrl } from '../upstream-url.ts';
import { checkXm, DEPARTMENTS } from './check.ts';

/** The marketplace's fields for XM (product 3). */
export const xmInstaller: InstallerForm = {
  type: 'xm',
  title: 'XM',
  constants: { 'captcha.strategy': 'fixed' },
  address: 'baseUrl',
  secretSettings: ['captcha.captcha'],
  fields: [
    {
      id: 'xm_base_url',
      setting: 'baseUrl',
      label: 'The XM address',
      isRequired: true,
      form: trimmed.pipe(upstreamUrl),
    },
    {
      id: 'xm_captcha_id',
      setting: 'captcha.captchaId',
      label: 'The captcha id',
      isRequired: true,
      form: trimmed,
    },
    {
      id: 'xm_captcha',
      setting: 'captcha.captcha',
      label: 'The captcha text',
      isRequired: true,
      form: trimmed,
    },
    {
      id: 'xm_department_id',
      setting: 'departmentId',
      label: 'The department',
      isRequired: false,
      form: wholeNumber,
      choices: async () => [...DEPARTMENTS],
    },
  ],
  check: checkXm,
};

import { type InstallerForm, trimmed } from '../installer-form.ts';
import { apiAddress, headerValue, tenantDomain } from './address-forms.ts';
import { checkServicepattern } from './check.ts';

/** The marketplace's fields for ServicePattern (product 3). */
export const servicepatternInstaller: InstallerForm = {
  type: 'servicepattern',
  title: 'ServicePattern',
  constants: {},
  address: 'baseUrl',
  secretSettings: ['appId'],
  fields: [
    {
      id: 'servicepattern_base_url',
      setting: 'baseUrl',
      label: 'The ServicePattern address',
      isRequired: true,
      form: trimmed.pipe(apiAddress),
    },
    {
      id: 'servicepattern_tenant_url',
      setting: 'tenantUrl',
      label: 'The tenant',
      isRequired: true,
      form: trimmed.pipe(tenantDomain),
    },
    {
      id: 'servicepattern_app_id',
      setting: 'appId',
      label: 'The application id',
      isRequired: true,
      form: trimmed.pipe(headerValue),
    },
  ],
  check: checkServicepattern,
};

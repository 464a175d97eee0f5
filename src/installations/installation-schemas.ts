import { z } from 'zod';

const time = z.coerce.date();

/** An installation as the API shows it. */
export const shownInstallation = z
  .looseObject({
    id: z.string().describe('`ha-123`'),
    platform: z.enum(['sd', 'ha']),
    websiteId: z.number(),
    label: z.string(),
    active: z.boolean().describe('False after `connector.uninstalled`.'),
    hasInstallationKey: z.boolean(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Installation', description: 'With its settings as they were sent; secrets are `********`.' });

/** Answer with a new installation key. */
export const keyAnswer = z.object({
  installationKey: z.string().describe('Shown this once: only its hash is kept.'),
});

/** Answer of a creation. */
export const installationCreated = shownInstallation.extend(keyAnswer.shape).meta({ id: 'InstallationCreated' });

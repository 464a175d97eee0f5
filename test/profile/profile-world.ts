import { pluginGet } from '../support/plugin-call.ts';
import { startBridgeWorld } from '../support/bridge-world.ts';

export interface ProfileField {
  id: string;
  label: string;
  value: string;
  fieldType: string;
}

interface Row {
  email?: string;
  externalId?: string;
  fields: { label: string; value: string | number }[];
}

/** The bridge's world, asked for profiles. */
export async function startProfileWorld(environment: NodeJS.ProcessEnv = {}) {
  const world = await startBridgeWorld(environment);

  return {
    ...world,
    world,
    async profile(query: Record<string, string> | string): Promise<ProfileField[]> {
      const answer = await pluginGet<ProfileField[]>(world.service.url, '/iadvize/visitor-profile', query);
      if (answer.status !== 200) throw new Error(`the profile answered ${answer.status}`);
      return answer.body;
    },
    /** Makes the rows the installation's newest customer list, unless `status` says that it is not live. */
    async importCustomers(installationId: string, rows: Row[], status = 'live') {
      const { prisma } = world.service.database;
      const data = { installationId, kind: 'customers', status, source: 'api', items: rows.length };
      const { id: importId } = await prisma.feedImport.create({ data });
      await prisma.customer.createMany({
        data: rows.map(({ email, externalId, fields }, ordinal) => ({
          importId,
          ordinal,
          email: email ?? null,
          externalId: externalId ?? null,
          fields,
        })),
      });
    },
  };
}

export type ProfileWorld = Awaited<ReturnType<typeof startProfileWorld>>;

/** The values by field id. */
export const valuesOf = (fields: readonly ProfileField[]): Record<string, string> =>
  Object.fromEntries(fields.map(({ id, value }) => [id, value]));

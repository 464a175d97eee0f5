import type { Database } from '../persistence/database.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import type { RestClient } from './rest-client.ts';
import { operatorSchema } from './rest-schemas.ts';

/** Asked with every start, so without the builder of queries. */
const FIND = `SELECT name FROM operator WHERE installation_id = $1 AND operator_id = $2`;

/**
 * The operator's name as agents see it: remembered, else read over REST and remembered. Undefined when it cannot be had;
 * a name is not worth failing for.
 */
export async function findOperatorName(
  database: Database,
  rest: RestClient,
  installationId: string,
  operatorId: string,
): Promise<string | undefined> {
  const [known] = await database.query<{ name: string }>(FIND, [installationId, operatorId]);
  if (known) return known.name;
  try {
    const operator = await rest.get(`operator/${encodeURIComponent(operatorId)}`, {}, operatorSchema);
    const name = operator.pseudo ?? ([operator.first_name, operator.name].filter(Boolean).join(' ') || undefined);
    if (name === undefined) return undefined;
    const key = { installationId_operatorId: { installationId, operatorId } };
    const create = { installationId, operatorId, name };
    await database.prisma.operator.upsert({ where: key, create, update: { name, updatedAt: new Date() } });
    return name;
  } catch (error) {
    if (error instanceof IadvizeFailure) return undefined;
    throw error;
  }
}

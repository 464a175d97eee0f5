import type { Database } from '../persistence/database.ts';
import { IadvizeFailure } from './iadvize-failure.ts';
import type { RestClient } from './rest-client.ts';
import { operatorSchema } from './rest-schemas.ts';

/** With every start: without the builder of queries, which takes longer and goes past the turns that workers take. */
const FIND = `SELECT name FROM operator WHERE installation_id = $1 AND operator_id = $2`;
const REMEMBER = `
INSERT INTO operator (installation_id, operator_id, name) VALUES ($1, $2, $3)
ON CONFLICT (installation_id, operator_id) DO UPDATE SET name = excluded.name, updated_at = now()`;

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
    await database.query(REMEMBER, [installationId, operatorId, name]);
    return name;
  } catch (error) {
    if (error instanceof IadvizeFailure) return undefined;
    throw error;
  }
}

import type { Sql } from '../persistence/database.ts';

/**
 * What the planner asks about installations while its own transaction is open. Raw SQL on that session: a second
 * session would wait for the first on the embedded database.
 */
export const planningInstallations = {
  async destinationIds(sql: Sql, installationId: string): Promise<string[]> {
    const statement = `
      SELECT destination ->> 'id' AS id
        FROM installation, jsonb_array_elements(settings -> 'destinations') WITH ORDINALITY AS listed(destination, place)
       WHERE installation.id = $1 AND active ORDER BY place`;
    return (await sql.query<{ id: string }>(statement, [installationId])).map((row) => row.id);
  },

  async lateStartSeconds(sql: Sql, installationId: string): Promise<number> {
    const statement = `SELECT COALESCE((settings ->> 'lateStartSeconds')::float8, $2) AS seconds FROM installation WHERE id = $1`;
    const [row] = await sql.query<{ seconds: number }>(statement, [installationId, DEFAULT_LATE_START_SECONDS]);
    return row?.seconds ?? DEFAULT_LATE_START_SECONDS;
  },

  /** In ms: how old what is only worth saying at its time may get. */
  async ageLimitMs(sql: Sql, installationId: string): Promise<number> {
    const statement = `SELECT (settings ->> 'messageAgeLimitMinutes')::float8 AS minutes FROM installation WHERE id = $1`;
    const [row] = await sql.query<{ minutes: number | null }>(statement, [installationId]);
    return (row?.minutes ?? DEFAULT_AGE_LIMIT_MINUTES) * 60_000;
  },

  async hasClosingForm(sql: Sql, installationId: string): Promise<boolean> {
    const statement = `
      SELECT 1 AS found FROM installation
       WHERE id = $1 AND jsonb_array_length(COALESCE(settings -> 'closingForm', '[]'::jsonb)) > 0`;
    return (await sql.query(statement, [installationId])).length > 0;
  },

  async idsOfClient(sql: Sql, clientId: string): Promise<string[]> {
    const statement = `SELECT id FROM installation WHERE client_id = $1::bigint AND active ORDER BY id`;
    return (await sql.query<{ id: string }>(statement, [clientId])).map((row) => row.id);
  },

  /** Remembers whose client a website is; what was configured or learned before stays. */
  async learnClient(sql: Sql, installationId: string, clientId: string): Promise<void> {
    const statement = `UPDATE installation SET client_id = $2::bigint WHERE id = $1 AND client_id IS NULL`;
    if (/^\d{1,18}$/.test(clientId)) await sql.query(statement, [installationId, clientId]);
  },

  /** Events may come out of order: one older than the last that was applied changes nothing. */
  async setActive(sql: Sql, installationId: string, active: boolean, at: Date): Promise<void> {
    const statement = `
      UPDATE installation SET active = $2, lifecycle_at = $3
       WHERE id = $1 AND (lifecycle_at IS NULL OR lifecycle_at <= $3)`;
    await sql.query(statement, [installationId, active, at]);
  },

  /** The name is read again when it is needed next. */
  async forgetOperator(sql: Sql, installationIds: string[], operatorId: string): Promise<void> {
    const statement = `DELETE FROM operator WHERE installation_id = ANY($1::text[]) AND operator_id = $2`;
    await sql.query(statement, [installationIds, operatorId]);
  },
};

/** The sender's two retries end 30 s after the first try (iAdvize contract 2.3). */
export const DEFAULT_LATE_START_SECONDS = 35;

/** A live conversation has moved on by then. */
export const DEFAULT_AGE_LIMIT_MINUTES = 10;

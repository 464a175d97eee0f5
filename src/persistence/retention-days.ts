/**
 * For statements that have an installation's row, or null in place of one that is gone: for how many days its data is
 * kept. `otherwise`: the parameter that holds `RETENTION_DAYS`.
 */
export const retentionDaysOf = (installation: string, otherwise: string): string =>
  `COALESCE((${installation}.settings ->> 'retentionDays')::int, ${otherwise}::int)`;

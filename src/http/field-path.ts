import type { z } from 'zod';

/** Where an issue is, for people: "destinations.0.settings.baseUrl"; an unknown key is named itself. */
export function fieldPath(issue: z.core.$ZodIssue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  return path.map(String).join('.');
}

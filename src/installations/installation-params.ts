import { z } from 'zod';

/** The path parameter of everything below `/admin/api/installations/:id`. */
export const installationParams = z.object({
  id: z.string().describe('Platform and website id of the installation: `ha-123`.'),
});

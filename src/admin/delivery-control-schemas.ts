import { z } from 'zod';

export const deliveryParams = z.object({ id: z.string().describe('Id of the delivery, such as `97`.') });

export const replayBody = z
  .strictObject({
    confirmRepeat: z
      .boolean()
      .default(false)
      .describe('`true`: send it also if it may be read twice, because it arrived or nobody can tell whether it did.'),
  })
  .meta({ id: 'Replay' });

import { json, type Operation } from '../http/openapi/operation.ts';
import { DELIVERY_EXAMPLE } from './admin-list-paths.ts';
import { deliveryParams, replayBody } from './delivery-control-schemas.ts';
import { shownDelivery } from './list-schemas.ts';

const control = { method: 'post', tag: 'Operation', guard: 'admin', params: deliveryParams } as const;
const replayed = { ...DELIVERY_EXAMPLE, status: 'pending', reason: null, failures: 0, settledAt: null };

/** What `deliveryControlRoutes` answers. */
export const deliveryControlPaths: readonly Operation[] = [
  {
    ...control,
    id: 'replayDelivery',
    path: '/admin/api/deliveries/{id}/replay',
    summary: 'Set a delivery going again',
    description:
      'In its own lane, and never blindly: what may have arrived is looked for in the remote chat before it is sent again. A `parked` or `uncertain` one goes on at the head of its lane, an `expired` one comes last and is never too old again. With `confirmRepeat` an `uncertain` one is sent also where nobody can tell whether it arrived, and a `delivered` message is said once more, as a delivery of its own with `repeatOf`. Doing it twice is doing it once; a delivery on its way stays as it is.',
    body: { optional: true, content: json(replayBody, { repeat: { confirmRepeat: true } }) },
    answers: {
      200: {
        description: 'The delivery that is on its way: this one, or its repeat.',
        content: json(shownDelivery, { replayed: { ...replayed, replayedAt: '2026-01-05T11:00:00.000Z' } }),
      },
    },
    errors: ['not-found', 'conflict', 'invalid-json', 'body-too-large', 'unsupported-content-type', 'invalid-input'],
  },
  {
    ...control,
    id: 'skipDelivery',
    path: '/admin/api/deliveries/{id}/skip',
    summary: 'Pass a parked or uncertain delivery over',
    description: 'Its lane goes on with what comes after it. Doing it twice is doing it once.',
    answers: {
      200: {
        description: 'The delivery, skipped.',
        content: json(shownDelivery, {
          skipped: { ...DELIVERY_EXAMPLE, status: 'skipped', reason: 'skipped-by-operator' },
        }),
      },
    },
    errors: ['not-found', 'conflict'],
  },
];

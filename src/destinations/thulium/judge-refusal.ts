import type { DestinationFailure } from '../destination-failure.ts';
import { fault, type Finding, troubleFinding } from '../finding.ts';

export const wrongCredentials = (): Finding =>
  fault(
    'apiPassword',
    'credentials-refused',
    'Thulium refused the API user or its password. Enter them as in Administration → Users → API users.',
  );

/** `method` as Thulium's list of rights names it: "chat_conversations/start". */
export const missingRight = (method: string): Finding =>
  fault(
    'apiUser',
    'permission-missing',
    `The API user lacks the right to the method ${method}. Give it in Administration → Users → API users.`,
  );

/** Why a call of this method failed, for an administrator. */
export function judgeRefusal(failure: DestinationFailure, method: string): Finding {
  if (failure.code === 'credentials-refused') return wrongCredentials();
  if (failure.code === 'permission-missing') return missingRight(method);
  return troubleFinding(failure, 'baseUrl', 'Thulium');
}

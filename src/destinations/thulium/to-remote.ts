import type { StartContext } from '../contract.ts';
import type { ThuliumClientFields } from './client.ts';

/**
 * Who the visitor is, in Thulium's fields. An anonymous visitor gets the conversation's number as surname: agents can
 * tell two of them apart, and so can we when a start has to be looked up.
 */
export function toClientFields({ visitor, conversationId }: StartContext): ThuliumClientFields {
  const anonymous = !visitor.firstName && !visitor.lastName && !visitor.email;
  const clientId = visitor.externalId ?? (visitor.uniqueId === undefined ? undefined : `iadv-${visitor.uniqueId}`);
  return {
    ...(anonymous && { client_name: 'Visitor', client_surname: conversationId }),
    ...(visitor.firstName && { client_name: visitor.firstName }),
    ...(visitor.lastName && { client_surname: visitor.lastName }),
    ...(visitor.email && { client_email: visitor.email }),
    ...(clientId !== undefined && { client_id: clientId }),
  };
}

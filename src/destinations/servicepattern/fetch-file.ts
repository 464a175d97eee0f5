import type { HttpClient } from '../../outgoing/http-client.ts';
import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { FetchedFile, RemoteFile } from '../receiving.ts';
import { isSuccess } from '../remote-call.ts';
import { createServicepatternCaller } from './caller.ts';
import type { ServicepatternSettings } from './definition.ts';
import { servicepatternFailure } from './failures.ts';

/** Get File with the chat's own authorization; where it is not found, the address that the vendor's app uses (contract 2). */
export async function fetchFile(
  chat: { remoteId: string; clientId: string },
  file: RemoteFile,
  limit: number,
  settings: ServicepatternSettings,
  http: HttpClient,
): Promise<FetchedFile> {
  const call = createServicepatternCaller({ ...settings, clientId: chat.clientId }, http);
  // One byte more tells a file of that length from a longer one.
  const options = {
    timeoutMs: settings.sendTimeoutMs,
    cutAtBytes: limit + 1,
    withoutTenant: !settings.tenantUrlOnFiles,
  };
  const fileId = encodeURIComponent(file.id);
  let response = await call('GET', `chats/${encodeURIComponent(chat.remoteId)}/files/${fileId}`, 'reads', options);
  if (response.status === 404) {
    const elsewhere = await call('GET', new URL(`/clientweb/file/${fileId}`, settings.baseUrl), 'reads', options);
    if (elsewhere.status !== 404) response = elsewhere;
  }
  if (!isSuccess(response)) throw failureOf(response, settings);
  const { body, headers } = response;
  if (body.length > limit) throw new DestinationFailure('refused', 'request-refused', { httpStatus: response.status });
  return { bytes: body, contentType: headers['content-type'] ?? 'application/octet-stream' };
}

/** A file that is not there does not end its chat, unless the server says so. */
function failureOf(response: OutgoingResponse, settings: ServicepatternSettings): DestinationFailure {
  const failure = servicepatternFailure(response, 'reads', settings.duplicatePollPauseMs);
  if (failure.kind !== 'gone' || failure.errorCode !== undefined) return failure;
  return new DestinationFailure('refused', 'request-refused', { httpStatus: response.status });
}

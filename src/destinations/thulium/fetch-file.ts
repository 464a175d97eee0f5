import type { HttpClient } from '../../outgoing/http-client.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { FetchedFile, RemoteFile } from '../receiving.ts';
import { callRemote, failureOf, isSuccess } from '../remote-call.ts';
import { basicAuthorization } from './caller.ts';
import type { ThuliumSettings } from './definition.ts';

/**
 * The bytes of a file by its address, which may be relative to the API's. Only Thulium itself is shown the credentials:
 * an address elsewhere is asked without. Throws `DestinationFailure`; `request-refused` beyond `limit` bytes.
 */
export async function fetchThuliumFile(
  settings: ThuliumSettings,
  http: HttpClient,
  file: RemoteFile,
  limit: number,
): Promise<FetchedFile> {
  const base = `${settings.baseUrl}/`;
  const url = URL.canParse(file.id, base) ? new URL(file.id, base) : undefined;
  if (!url) throw new DestinationFailure('refused', 'request-refused');
  const headers = url.origin === new URL(base).origin ? { Authorization: basicAuthorization(settings) } : undefined;
  const response = await callRemote(
    http,
    {
      ...{ method: 'GET', url, timeoutMs: settings.sendTimeoutMs },
      // One byte more than allowed tells a file that is too long from one that just fits.
      ...{ maxBodyBytes: limit + 1, overlongBody: 'cut' },
      ...(headers && { headers }),
    },
    'reads',
  );
  const { status: httpStatus, body } = response;
  if (!isSuccess(response)) {
    const failure = failureOf(response, 'reads', response.headers['x-request-id']);
    // It is the file that is not there, not the chat.
    if (failure.kind === 'gone') throw new DestinationFailure('refused', 'request-refused', { httpStatus });
    throw failure;
  }
  if (body.length > limit) throw new DestinationFailure('refused', 'request-refused', { httpStatus });
  const contentType = response.headers['content-type'] ?? file.contentType ?? 'application/octet-stream';
  return { bytes: body, contentType };
}

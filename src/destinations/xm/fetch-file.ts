import type { OutgoingResponse } from '../../outgoing/outgoing-request.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { FetchedFile, RemoteFile } from '../receiving.ts';
import { isSuccess } from '../remote-call.ts';
import { xmFailure } from './failures.ts';
import type { XmCall, XmSession } from './session.ts';

/** The bytes of a file whose id is "<path>/<XM's id>", as from-remote.ts makes it (contract 4). */
export async function fetchXmFile(session: XmSession, file: RemoteFile, limit: number): Promise<FetchedFile> {
  if ((file.size ?? 0) > limit) throw new DestinationFailure('refused', 'request-refused');
  const [call = '', ...id] = file.id.split('/');
  const path = `${call}?id=${encodeURIComponent(id.join('/'))}`;
  const response = await download(session, { method: 'GET', path, effect: 'reads', cutAfterBytes: limit + 1 });
  if (!isSuccess(response)) throw unfetched(response);
  if (response.body.length > limit) throw new DestinationFailure('refused', 'request-refused');
  return { bytes: response.body, contentType: response.headers['content-type'] ?? 'application/octet-stream' };
}

/** By header, then by cookie; both once more with a new token, if it was the token that was refused. */
async function download(session: XmSession, call: XmCall): Promise<OutgoingResponse> {
  await session.keepFresh();
  const response = await byHeaderOrCookie(session, call);
  if (response.status !== 401) return response;
  await session.refresh();
  return byHeaderOrCookie(session, call);
}

async function byHeaderOrCookie(session: XmSession, call: XmCall): Promise<OutgoingResponse> {
  const response = await session.callOnce(call, 'header');
  return response.status === 401 || response.status === 403 ? session.callOnce(call, 'cookie') : response;
}

/** A file that is not there any more says nothing about its chat. */
function unfetched(response: OutgoingResponse): DestinationFailure {
  const failure = xmFailure(response, 'reads');
  const { status: httpStatus } = response;
  return failure.kind === 'gone' ? new DestinationFailure('refused', 'request-refused', { httpStatus }) : failure;
}

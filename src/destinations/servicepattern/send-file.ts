import type { OutgoingFile } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { RemoteChat } from '../remote-chat.ts';
import type { ServicepatternClient } from './client.ts';
import type { ServicepatternSettings } from './definition.ts';
import { FILE_NOT_FOUND, FILE_OPERATION_FAILED, ServicepatternFailure, UPLOAD_TOO_LARGE } from './failures.ts';
import { changeState, type FileUnderWay, stateOf, withFile } from './state.ts';
import { toFile } from './to-remote.ts';
import type { ServicepatternEvent } from './wire.ts';

/** The server failed at a file twice: the text says where it lies. */
const MAX_FAILURES = 2;

const isAbout = (error: unknown, ...codes: string[]): boolean =>
  error instanceof ServicepatternFailure && codes.includes(error.errorCode ?? '');

/**
 * Uploads a file and shows it; resolves with the events of the answer, or `as-text` when the text must do. The upload's
 * id is stored before the event leaves, so that a file in doubt can be recognised, and is not uploaded again. After an
 * HTTP 500 it is in doubt like any other; when the lane has looked and comes back, it goes without a message id.
 */
export async function sendFile(
  chat: RemoteChat,
  file: OutgoingFile,
  msgId: string,
  client: ServicepatternClient,
  settings: ServicepatternSettings,
): Promise<ServicepatternEvent[] | 'as-text'> {
  const underWay = stateOf(chat).files[msgId] ?? { failures: 0 };
  const keep = (now: FileUnderWay | undefined): Promise<unknown> => changeState(chat, withFile(msgId, now));
  if (underWay.failures >= MAX_FAILURES) return 'as-text';

  const fileId = underWay.fileId ?? (await upload(file, client, settings, underWay.failures, keep));
  if (fileId === undefined) return 'as-text';
  const failures = underWay.fileId === undefined ? 0 : underWay.failures;
  if (underWay.fileId === undefined) await keep({ fileId, failures });

  const withoutId = failures > 0 && settings.fileWithoutIdAfter500;
  try {
    const events = await client.sendEvent(chat.remoteId, toFile(withoutId ? '' : msgId, fileId, file));
    await keep(undefined);
    return events;
  } catch (error) {
    if (isAbout(error, UPLOAD_TOO_LARGE, FILE_NOT_FOUND)) return 'as-text';
    const failed = error instanceof DestinationFailure && error.kind === 'unknown' && error.httpStatus === 500;
    if (failed || isAbout(error, FILE_OPERATION_FAILED)) await keep({ fileId, failures: failures + 1 });
    throw error;
  }
}

async function upload(
  file: OutgoingFile,
  client: ServicepatternClient,
  { fileLimitBytes }: ServicepatternSettings,
  failures: number,
  keep: (now: FileUnderWay) => Promise<unknown>,
): Promise<string | undefined> {
  try {
    const { name, contentType } = file;
    return await client.upload({ name, contentType, bytes: await file.read(fileLimitBytes) });
  } catch (error) {
    if (!(error instanceof DestinationFailure)) throw error;
    const mayPass = error.kind === 'notSent' || error.kind === 'throttled';
    if (isAbout(error, FILE_OPERATION_FAILED)) {
      if (failures + 1 >= MAX_FAILURES) return undefined;
      await keep({ failures: failures + 1 });
    }
    // Too large, not there, not allowed: it gets no better, and people can follow the address in the text.
    if (!mayPass && error.code !== 'credentials-refused') return undefined;
    throw error;
  }
}

import { canonicalText } from '../canonical-text.ts';
import type { DoubtfulText, Sighting } from '../contract.ts';
import { sightingByCount } from '../sighting-by-count.ts';
import { readHistory } from './history.ts';
import type { XmSession } from './session.ts';
import { decodeText } from './text-encoding.ts';
import { uploadOf } from './upload.ts';
import type { XmMessage } from './wire.ts';

const AUDIO = 3;

/**
 * Reads the room's history, newest first, until the text was seen more often than it was confirmed before, or the file
 * under the name it was uploaded with. XM names a recording by its length, so one of ours may be the one in doubt.
 */
export async function findText(session: XmSession, chatId: string, message: DoubtfulText): Promise<Sighting> {
  const upload = message.file && uploadOf(message.key, message.file);
  const pages = readHistory(session, chatId);
  let equal = 0;
  let mayBeIt = false;
  for (;;) {
    const { value, done } = await pages.next();
    if (done) return value === 'complete' && !mayBeIt ? sightingByCount(equal, message) : 'cannotTell';
    const ours = value.filter(({ sender }) => session.isOurs(sender?.id));
    if (upload && ours.some(({ file }) => file?.filename === upload.name)) return 'sent';
    mayBeIt ||= upload?.kind === 'audio' && ours.some(isRecording);
    equal += ours.filter((found) => hasText(found, message.text)).length;
    if (sightingByCount(equal, message) === 'sent') return 'sent';
  }
}

const isRecording = ({ type }: XmMessage): boolean => type === AUDIO;

function hasText(found: XmMessage, text: string): boolean {
  const wanted = canonicalText(text);
  return found.message !== undefined && [found.message, decodeText(found.message)].map(canonicalText).includes(wanted);
}

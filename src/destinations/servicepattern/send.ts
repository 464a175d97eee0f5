import type { OutgoingText, Receipt } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import type { RemoteChat } from '../remote-chat.ts';
import type { ServicepatternClient } from './client.ts';
import type { ServicepatternSettings } from './definition.ts';
import { rememberNews } from './news.ts';
import { sendFile } from './send-file.ts';
import { changeState, type ServicepatternState, stateOf, withFormAnswered, withFormUnanswered } from './state.ts';
import { msgIdOf, toFormAnswer, toMessage } from './to-remote.ts';

/** One message as one event: a file, or a text where there is none or the server takes it not. */
export async function sendMessage(
  chat: RemoteChat,
  message: OutgoingText,
  client: ServicepatternClient,
  settings: ServicepatternSettings,
): Promise<Receipt> {
  const msgId = msgIdOf(chat.remoteId, message.key);
  const receipt = { remoteMessageId: msgId };
  const state = stateOf(chat);
  // The chat was there before its start: an earlier life of this lane said it already.
  if (state.delivered.includes(msgId)) return receipt;

  if (message.file) {
    const answer = await sendFile(chat, message.file, msgId, client, settings);
    if (answer !== 'as-text') {
      await rememberNews(chat, answer);
      return receipt;
    }
  }
  const isVisitorsText = !message.file && (message.author ?? 'visitor') === 'visitor';
  if (state.form && isVisitorsText) await answerForm(chat, state.form, message.text, client);
  await rememberNews(chat, await client.sendEvent(chat.remoteId, toMessage(msgId, message.text, settings)));
  return receipt;
}

/**
 * Gives the scenario what it asked for, at most once: the form counts as answered before the answer leaves, and what
 * becomes of that answer keeps nobody from sending the text itself, which follows.
 */
async function answerForm(
  chat: RemoteChat,
  form: NonNullable<ServicepatternState['form']>,
  text: string,
  client: ServicepatternClient,
): Promise<void> {
  await changeState(chat, withFormAnswered(form.id));
  try {
    await rememberNews(chat, await client.sendEvent(chat.remoteId, toFormAnswer(form, text)));
  } catch (error) {
    if (!(error instanceof DestinationFailure)) throw error;
    const untouched = error.kind === 'notSent' || error.kind === 'throttled';
    if (untouched) await changeState(chat, withFormUnanswered(form));
    if (untouched || error.kind === 'gone') throw error;
  }
}

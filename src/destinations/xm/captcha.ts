import type { HttpClient } from '../../outgoing/http-client.ts';
import type { Challenge } from '../challenge.ts';
import type { StartContext } from '../contract.ts';
import { DestinationFailure } from '../destination-failure.ts';
import { callRemote, isSuccess, jsonOf } from '../remote-call.ts';
import type { XmSettings } from './definition.ts';
import { xmFailure } from './failures.ts';
import { captchaAnswerSchema } from './wire.ts';

export interface CaptchaPair {
  captchaId: string;
  captcha: string;
}

/**
 * The pair that the next start is sent with (contract 2). Throws `challenge-needed` with a fresh captcha where a person
 * must answer first: without an answer, or when it came too late.
 */
export async function captchaFor(
  settings: XmSettings,
  http: HttpClient,
  { challenge }: StartContext,
  now: () => Date,
): Promise<CaptchaPair> {
  const { strategy, captchaId = '', captcha = '' } = settings.captcha;
  if (strategy === 'fixed') return { captchaId, captcha };
  if (strategy === 'visitor') throw new DestinationFailure('refused', 'challenge-unsupported');
  if (challenge && challenge.expiresAt > now()) return { captchaId: challenge.id, captcha: challenge.answer };
  throw needed(await askCaptcha(settings, http, challenge?.attempt ?? 1, now));
}

/** What follows from a captcha that XM refused: the next one, while there may be one. */
export async function afterWrongCaptcha(
  settings: XmSettings,
  http: HttpClient,
  { challenge }: StartContext,
  now: () => Date,
): Promise<DestinationFailure> {
  const attempt = (challenge?.attempt ?? 1) + 1;
  const { strategy, attempts } = settings.captcha;
  // A fixed pair gets no better by itself.
  if (strategy !== 'operator' || attempt > attempts) {
    return new DestinationFailure('refused', 'captcha-refused', { httpStatus: 400 });
  }
  return needed(await askCaptcha(settings, http, attempt, now));
}

const needed = (challenge: Challenge): DestinationFailure =>
  new DestinationFailure('refused', 'challenge-needed', { challenge });

async function askCaptcha(
  settings: XmSettings,
  http: HttpClient,
  attempt: number,
  now: () => Date,
): Promise<Challenge> {
  const { captchaId: id, captchaImage: image } = await fetchCaptcha(settings, http);
  return { id, image, attempt, expiresAt: new Date(now().getTime() + settings.captcha.expiresMs) };
}

/** `GET captcha`, which leaves nothing behind that anybody sees. Throws `DestinationFailure`. */
export async function fetchCaptcha(
  { baseUrl, sendTimeoutMs: timeoutMs }: Pick<XmSettings, 'baseUrl' | 'sendTimeoutMs'>,
  http: HttpClient,
): Promise<{ captchaId: string; captchaImage: string }> {
  const headers = { Accept: 'application/json', 'Accept-Language': 'en' };
  const url = new URL(`${baseUrl}/captcha`);
  const response = await callRemote(http, { method: 'GET', url, headers, timeoutMs }, 'reads');
  if (!isSuccess(response)) throw beforeChat(xmFailure(response, 'reads'));
  const captcha = captchaAnswerSchema.safeParse(jsonOf(response));
  if (!captcha.success) throw new DestinationFailure('notSent', 'bad-answer', { httpStatus: response.status });
  return captcha.data;
}

/** Nothing can be over before it began. */
export function beforeChat(failure: DestinationFailure): DestinationFailure {
  if (failure.kind !== 'gone') return failure;
  return new DestinationFailure('refused', 'request-refused', { httpStatus: failure.httpStatus });
}

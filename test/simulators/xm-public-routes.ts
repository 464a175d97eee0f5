import type { Ledger } from './ledger.ts';
import { jsonObject, type SimulatorAnswer, type SimulatorRequest } from './simulator-server.ts';
import type { XmCaptchas } from './xm-captchas.ts';
import type { XmEffect } from './xm-effects.ts';
import { readXmGuestForm } from './xm-guests.ts';
import { newXmId, type XmPerson, type XmRooms } from './xm-rooms.ts';
import type { XmTokens } from './xm-tokens.ts';

export interface XmPublicParts {
  captchas: XmCaptchas;
  tokens: XmTokens;
  rooms: XmRooms;
  ledger: Ledger<XmEffect>;
  agent: XmPerson;
}

/** The calls outside /xm/api, which carry no token; undefined for any other call. */
export function answerXmPublic(parts: XmPublicParts, request: SimulatorRequest): SimulatorAnswer | undefined {
  switch (`${request.method} ${request.path}`) {
    case 'GET /xm/version':
      return { status: 200, body: { version: '4.28.0' } };
    case 'GET /xm/captcha':
      return { status: 200, body: parts.captchas.issue() };
    case 'POST /xm/guests':
      return openRoom(parts, request);
    case 'POST /xm/oauth2/token':
      return refreshToken(parts, request);
    default:
      return undefined;
  }
}

export function xmRefusal(status: number, details: string): SimulatorAnswer {
  return { status, body: { details } };
}

function openRoom(
  { captchas, tokens, rooms, ledger, agent }: XmPublicParts,
  request: SimulatorRequest,
): SimulatorAnswer {
  const { query, body } = request;
  // The captcha is spent first, so a form with a mistake costs it too.
  if (!captchas.spend(query.get('captchaId') ?? '', query.get('captcha') ?? '')) {
    return xmRefusal(400, 'Captcha is not valid.');
  }
  const form = readXmGuestForm(jsonObject(body));
  if (typeof form === 'string') return xmRefusal(400, form);

  const { message, ...person } = form;
  const userId = newXmId();
  const { chatId } = rooms.open({ id: userId, ...person }, message, agent);
  ledger.append({ kind: 'guest', chatId, userId, ...person, message });
  return { status: 201, body: { userId, chatId, ...tokens.issue(userId) } };
}

function refreshToken({ tokens }: XmPublicParts, { headers, body }: SimulatorRequest): SimulatorAnswer {
  const form = new URLSearchParams(body.toString('utf8'));
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (!isForm || form.get('grant_type') !== 'refresh_token') return xmRefusal(400, 'Grant type is not supported.');
  const outcome = tokens.refresh(form.get('refresh_token') ?? '', form.get('secret'));
  if (outcome === 'unknown') return xmRefusal(404, 'Refresh token not found.');
  if (outcome === 'used') return xmRefusal(403, 'Refresh token already used.');
  return { status: 200, body: outcome };
}

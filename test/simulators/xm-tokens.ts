import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Ledger } from './ledger.ts';
import type { XmRefresh } from './xm-effects.ts';

export interface XmTokenPair {
  access_token: string;
  refresh_token: string;
}

export interface XmTokens {
  issue: (userId: string) => XmTokenPair;
  /** The user of a valid access token; undefined when it is missing, unknown or expired. */
  userOf: (accessToken: string | undefined) => string | undefined;
  refresh: (refreshToken: string, secret: string | null) => XmTokenPair | 'used' | 'unknown';
  expireAccess: () => void;
  forgetRefresh: () => void;
}

interface RefreshToken {
  userId: string;
  spentOn?: { secret: string | null; pair: XmTokenPair };
}

/** `serverNow`: the server's clock, in ms. */
export function createXmTokens(
  accessTokenSeconds: number,
  refreshes: Ledger<XmRefresh>,
  serverNow: () => number,
): XmTokens {
  const access = new Map<string, { userId: string; expiresAt: number }>();
  const refresh = new Map<string, RefreshToken>();

  const issue = (userId: string): XmTokenPair => {
    const iat = Math.floor(serverNow() / 1000);
    const exp = iat + accessTokenSeconds;
    const pair = { access_token: signJwt({ sub: userId, iat, exp }), refresh_token: randomUUID() };
    access.set(pair.access_token, { userId, expiresAt: exp * 1000 });
    refresh.set(pair.refresh_token, { userId });
    return pair;
  };

  return {
    issue,
    userOf(accessToken = '') {
      const found = access.get(accessToken);
      return found && serverNow() < found.expiresAt ? found.userId : undefined;
    },
    refresh(refreshToken, secret) {
      const token = refresh.get(refreshToken);
      if (!token) return 'unknown';
      if (token.spentOn) {
        // The same secret is the same refresh asked again; it stops counting once its answer has itself been rotated.
        const { secret: spentWith, pair } = token.spentOn;
        const overtaken = refresh.get(pair.refresh_token)?.spentOn !== undefined;
        if (secret === null || secret !== spentWith || overtaken) return 'used';
        refreshes.append({ userId: token.userId, repeated: true });
        return pair;
      }
      token.spentOn = { secret, pair: issue(token.userId) };
      refreshes.append({ userId: token.userId, repeated: false });
      return token.spentOn.pair;
    },
    expireAccess: () => access.clear(),
    forgetRefresh: () => refresh.clear(),
  };
}

function signJwt(claims: { sub: string; iat: number; exp: number }): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'HS512' })}.${encode(claims)}`;
  // A key per token: two tokens of one user within one second carry equal claims and must still differ.
  return `${signed}.${createHmac('sha512', randomBytes(64)).update(signed).digest('base64url')}`;
}

import { randomBytes } from 'node:crypto';

// The first bytes of any JPEG: the image is only carried along, nobody reads the answer out of it.
const IMAGE = '/9j/4AAQSkZJRg==';

export interface XmCaptchas {
  issue: () => { captchaId: string; captchaImage: string };
  /** Right or wrong, an issued captcha is used up by one attempt; a fixed pair never is. */
  spend: (captchaId: string, answer: string) => boolean;
  answer: (captchaId: string) => string | undefined;
  /** Ids in the order they were handed out, used up or not. */
  issuedIds: () => string[];
}

export function createXmCaptchas(fixed: ReadonlyMap<string, string>): XmCaptchas {
  const issued = new Map<string, string>();
  const ids: string[] = [];

  return {
    issue() {
      const captchaId = `c-${randomBytes(6).toString('hex')}`;
      ids.push(captchaId);
      issued.set(captchaId, randomBytes(3).toString('hex').slice(0, 5));
      return { captchaId, captchaImage: IMAGE };
    },
    spend(captchaId, answer) {
      const expected = fixed.get(captchaId) ?? issued.get(captchaId);
      issued.delete(captchaId);
      return expected !== undefined && expected === answer;
    },
    answer: (captchaId) => fixed.get(captchaId) ?? issued.get(captchaId),
    issuedIds: () => [...ids],
  };
}

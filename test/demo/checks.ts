import { detail } from './narrator.ts';
import type { Finding } from './verdict.ts';

/** What the demo found right and wrong so far; each is told as it is found. */
export interface Checks {
  check(right: boolean, sentence: string): void;
  findings: Finding[];
}

export function createChecks(): Checks {
  const findings: Finding[] = [];
  return {
    findings,
    check(right, sentence) {
      findings.push({ right, sentence });
      detail(`${right ? '✔' : '✘ WRONG:'} ${sentence}`);
    },
  };
}

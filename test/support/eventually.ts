/**
 * Asks until the answer satisfies, so that a test waits for a condition and not for a time. Throws with the last answer
 * when it never does.
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer> | Answer,
  isEnough: (answer: Answer) => boolean,
  timeoutMs = 60_000,
): Promise<Answer> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (Date.now() > giveUpAt) throw new Error(`it never came true; the last answer was ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

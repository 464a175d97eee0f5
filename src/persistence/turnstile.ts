/** It waited for as long as it may, and was not begun. By its code a fault of the database: the same again may go well. */
export class NoPlaceInTime extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Lets `places` pieces of work run at the same time; the others wait in their order. Throws `NoPlaceInTime` for what has
 * waited for `patienceMs`.
 */
export function createTurnstile(
  places: number,
  patienceMs = Infinity,
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting = new Set<() => void>();
  let free = places;

  function place(): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(begin);
        reject(new NoPlaceInTime(`no place became free within ${patienceMs} ms`));
      };
      const timer = patienceMs === Infinity ? undefined : setTimeout(giveUp, patienceMs);
      waiting.add(begin);
    });
  }

  return async (work) => {
    if (free > 0) free -= 1;
    else await place();
    try {
      return await work();
    } finally {
      // The place goes straight to the next one.
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else free += 1;
    }
  };
}

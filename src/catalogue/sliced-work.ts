/** How long one slice of background work may keep the event loop, in milliseconds. */
const SLICE_MS = 12;

/** Lets everybody else have a turn once the present slice is used up. Call often: it costs a reading of the clock. */
export function createSlices(): () => Promise<void> | undefined {
  let startedAt = performance.now();
  return () => {
    if (performance.now() - startedAt < SLICE_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        startedAt = performance.now();
        resolve();
      }),
    );
  };
}

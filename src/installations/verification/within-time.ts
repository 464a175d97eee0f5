/**
 * What `work` resolves with, or `late` when it has not by the deadline. Work that fails later than that fails unheard.
 * `deadline` on the clock of `performance.now()`, in ms.
 */
export async function withinTime<Result>(work: Promise<Result>, deadline: number, late: Result): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve(late), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

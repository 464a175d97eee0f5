/** Lets a loop sleep until somebody has work for it, or until a time has passed. */
export interface WakeSignal {
  wake(): void;
  /** Resolves at the next `wake`, at once if there was one since the last wait, or after `ms`. */
  wait(ms: number): Promise<void>;
  /** What is done now covers everybody who has woken so far. */
  forget(): void;
}

export function createWakeSignal(): WakeSignal {
  let woken = false;
  let resume: (() => void) | undefined;
  return {
    wake() {
      woken = true;
      resume?.();
    },
    async wait(ms) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        resume = undefined;
      }
      woken = false;
    },
    forget() {
      woken = false;
    },
  };
}

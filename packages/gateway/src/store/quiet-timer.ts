/** Waits for a burst of events to be over. */
export interface QuietTimer {
  /** Something happened: wait on. */
  stir(): void;
  stop(): void;
}

/** Calls back once `quietMs` have passed without a stir, or `longestMs` after the first one. Keeps no process alive. */
export function createQuietTimer(quietMs: number, longestMs: number, callback: () => void): QuietTimer {
  let timer: NodeJS.Timeout | undefined;
  let firstAt = 0;
  return {
    stir() {
      const now = performance.now();
      if (timer === undefined) firstAt = now;
      clearTimeout(timer);
      const wait = Math.max(0, Math.min(quietMs, firstAt + longestMs - now));
      timer = setTimeout(() => {
        timer = undefined;
        callback();
      }, wait).unref();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

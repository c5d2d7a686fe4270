import type { Auth } from '../auth.ts';

/** setTimeout takes no more. */
const longestMs = 2 ** 31 - 1;
const marginMs = 60_000;
const againMs = 5_000;

/** Renews the access token before it ends, so that an open connection outlives it. Runs only between `start` and `stop`. */
export function createFreshness(auth: Auth, now: () => number): { start(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let off: (() => void) | undefined;

  function schedule(): void {
    clearTimeout(timer);
    if (!auth.session) return;
    const leftMs = auth.session.expiresAt - now();
    set(leftMs - Math.min(marginMs, leftMs / 5));
  }

  function set(ms: number): void {
    timer = setTimeout(() => void auth.refresh().catch(() => (off ? set(againMs) : undefined)), Math.min(Math.max(ms, 0), longestMs));
  }

  return {
    start() {
      if (off) return;
      off = auth.on('refreshed', schedule);
      schedule();
    },
    stop() {
      off?.();
      off = undefined;
      clearTimeout(timer);
    },
  };
}

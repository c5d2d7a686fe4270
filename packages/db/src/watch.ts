import type { Breaker } from '@confab/runtime';
import type pg from 'pg';

/** As often as this a server that answers is asked. One that does not is asked again at once: each question has its time limit. */
const everyMs = 500;

/** Asks the server all the time, over a connection of its own, and lets the breaker judge: so it opens without traffic, and no member's request is the probe. */
export function watchServer(polls: pg.Pool, breaker: Breaker): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function ask(): Promise<boolean> {
    try {
      await breaker.run(() => polls.query('select 1'));
      return true;
    } catch {
      // The breaker has counted it, and says aloud when it opens.
      return false;
    }
  }

  async function turns(): Promise<void> {
    await pause(everyMs, stopping.signal);
    while (!stopping.signal.aborted) {
      const isAnswered = await ask();
      // What refuses connections says so at once.
      await pause(isAnswered ? everyMs : everyMs / 5, stopping.signal);
    }
  }

  const running = turns();
  return {
    async stop() {
      stopping.abort();
      await running;
      await polls.end();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

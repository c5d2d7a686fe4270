/** As often as this a server that answers is asked. One that does not is asked again at once: each question has its time limit. */
const everyMs = 500;

/** Asks all the time, without traffic: so a breaker opens before a member meets what is broken, and no member's request is the probe. */
export function watchServer(look: () => Promise<void>): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function ask(): Promise<boolean> {
    try {
      await look();
      return true;
    } catch {
      // Whoever looks counts it, and says aloud when it is too much.
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

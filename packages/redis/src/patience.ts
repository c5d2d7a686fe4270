import { createUnderWay } from '@confab/runtime';

/** Each answer has so long from when it was asked for; later it is rejected, and the command itself may still arrive. */
export type Patience = <T>(answer: Promise<T>) => Promise<T>;

type Waiting = { readonly until: number; giveUp(): void };

/** Who has the same patience gives up in the order of asking: one timer does for all, where one each would cost more than the command. */
export function createPatience(ms: number): Patience {
  const waiting = createUnderWay<Waiting>();
  let timer: NodeJS.Timeout | undefined;

  function wake(inMs: number): void {
    // If we were the ones who were late, the answer lies in the socket, which is read before the next immediate.
    timer = setTimeout(() => setImmediate(sweep), inMs);
    timer.unref();
  }

  function sweep(): void {
    timer = undefined;
    const now = performance.now();
    for (const { until, giveUp } of waiting.all()) {
      if (until > now) return wake(until - now);
      giveUp();
    }
  }

  return (answer) =>
    new Promise((resolve, reject) => {
      const over = waiting.add({
        until: performance.now() + ms,
        giveUp() {
          over();
          reject(new Error(`no answer within ${ms} ms`));
        },
      });
      if (timer === undefined) wake(ms);
      answer.then(
        (value) => {
          over();
          resolve(value);
        },
        (error: unknown) => {
          over();
          reject(error as Error);
        },
      );
    });
}

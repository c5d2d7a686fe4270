import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError, ProblemError } from '@confab/sdk';

/** On a machine that has much to do a request may have to be made again, and not each is of a kind that the SDK repeats. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 3; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof NetworkError || (error instanceof ProblemError && error.retryable);
      if (left === 0 || !mayPass) throw error;
      await sleep(2_000);
    }
  }
}

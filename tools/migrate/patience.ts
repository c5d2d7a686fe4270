import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from 'pg';

const lockTries = 10;
export const retryMs = 1_000;

/** What did not get its lock in time left nothing behind, and is tried again. */
export async function insist<T>(work: () => Promise<T>, say: ((line: string) => void) | undefined): Promise<T> {
  for (let left = lockTries - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !(error instanceof DatabaseError) || error.code !== '55P03') throw error;
      say?.(`a lock was not to be had in time; ${left} more tries`);
      await delay(retryMs);
    }
  }
}

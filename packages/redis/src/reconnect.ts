import { backoffMs } from '@confab/runtime';

/** Never gives up, whatever the cause: node-redis' own strategy stops for good after a socket timeout. */
export function reconnectStrategy(retries: number): number {
  return 20 + backoffMs(retries, { baseMs: 50, maxMs: 1_000 });
}

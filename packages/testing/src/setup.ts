/** Named in vitest's `setupFiles`. Its hook is the first, so it runs last: after the hooks by which a file cleans up. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { countResources, least, throwOnLeaks, watchThreads, type Count } from './leaks.ts';

const graceMs = Number(process.env['CONFAB_TEST_LEAK_GRACE_MS'] ?? 5_000);
/** A worker runs many files. What the one before has left is not the next one's; what was merely passing when it began excuses nothing. */
const worker = globalThis as { confabLeft?: Count };
watchThreads();
const first = countResources();
await delay(5);
const before = [countResources(), ...(worker.confabLeft === undefined ? [] : [worker.confabLeft])].reduce(least, first);

afterAll(async () => {
  try {
    await throwOnLeaks(before, graceMs);
  } finally {
    worker.confabLeft = countResources();
  }
});

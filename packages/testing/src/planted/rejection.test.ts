// leaves: nothing
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'vitest';

test('leaves something', async () => {
  void Promise.reject(new Error('planted and heard by nobody'));
  await delay(10);
});

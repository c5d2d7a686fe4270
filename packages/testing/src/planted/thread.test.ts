// leaves: 1 worker threads
import { Worker } from 'node:worker_threads';
import { test } from 'vitest';

test('leaves something', () => {
  void new Worker('setInterval(() => undefined, 1000)', { eval: true });
});

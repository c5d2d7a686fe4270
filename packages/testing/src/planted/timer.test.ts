// leaves: 1 timers
import { test } from 'vitest';

test('leaves something', () => {
  setInterval(() => undefined, 1000);
});

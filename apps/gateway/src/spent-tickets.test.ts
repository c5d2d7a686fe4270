import { expect, test } from 'vitest';

import { createSpentTickets } from './spent-tickets.ts';

test('a ticket is taken once, as long as it is kept', () => {
  let now = 0;
  const spent = createSpentTickets({ keptMs: 90, now: () => now });
  expect(['a', 'a', 'b'].map(spent.take)).toEqual([true, false, true]);
  now = 89;
  expect(['a', 'c'].map(spent.take)).toEqual([false, true]);
  now = 90;
  expect(['c', 'a', 'b'].map(spent.take)).toEqual([false, true, true]);
});

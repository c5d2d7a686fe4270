import { validate, version } from 'uuid';
import { expect, test } from 'vitest';

import { createIds } from './ids.ts';

test('ids are UUIDs of version 7, of now, and no two alike in what is random', () => {
  const newId = createIds();
  const before = Date.now();
  const ids = Array.from({ length: 2_000 }, newId);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  const times = ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16));
  expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
  expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
  expect(new Set(ids.map((id) => id.slice(24))).size).toBe(ids.length);
});

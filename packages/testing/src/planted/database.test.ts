// leaves: databases confab_test_
import { test } from 'vitest';
import { createTestDatabase } from '../database.ts';

test('leaves something', async () => {
  await createTestDatabase();
});

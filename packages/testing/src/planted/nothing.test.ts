// leaves: nothing
import { expect, test } from 'vitest';

test('leaves something', () => {
  expect(process.getActiveResourcesInfo()).toBeDefined();
});

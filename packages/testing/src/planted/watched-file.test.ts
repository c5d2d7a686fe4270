// leaves: 1 watched files
import { watch } from 'node:fs';
import { test } from 'vitest';

test('leaves something', () => {
  watch(import.meta.dirname);
});

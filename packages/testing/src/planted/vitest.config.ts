import { defineConfig } from 'vitest/config';

/** As in the checkout, but nothing is started, and one worker sees all files, each after what the others left. */
export default defineConfig({
  test: { root: import.meta.dirname, pool: 'forks', isolate: false, maxWorkers: 1, setupFiles: ['../setup.ts'], include: ['*.test.ts'], sequence: { shuffle: true }, teardownTimeout: 2_000, env: { CONFAB_TEST_LEAK_GRACE_MS: '200' } },
});

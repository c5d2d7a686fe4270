import { defineConfig } from 'vitest/config';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
const isolation = { pool: 'forks', maxWorkers: 2, sequence: { shuffle: { files: true, tests: true }, seed } } as const;

export default defineConfig({
  test: {
    ...isolation,
    globalSetup: ['tools/test/global-setup.ts'],
    projects: [
      {
        test: {
          ...isolation,
          name: 'node',
          include: ['{packages,tools}/**/*.test.ts', 'apps/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/planted/**'],
          setupFiles: ['packages/testing/src/setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...isolation,
          name: 'browser',
          include: ['apps/web/e2e/**/*.e2e.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

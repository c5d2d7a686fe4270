import { defineConfig } from 'vitest/config';
import { SeededSequencer } from './tools/test/sequencer.ts';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
const shared = {
  pool: 'forks' as const,
  // Each waits as often as it works, and the browser's and the checks run beside them. A cluster has one database for all.
  maxWorkers: process.env['TEST_REDIS'] === 'cluster' ? 1 : 3,
  // What shall become true does so later on a busy machine.
  expect: { poll: { timeout: 20_000, interval: 50 } },
  setupFiles: ['packages/testing/src/setup.ts'],
  sequence: { sequencer: SeededSequencer, shuffle: { files: true, tests: true }, seed },
};

/** Minutes of servers that are killed, frozen and promoted: `pnpm faults`, and a workflow of its own. */
const faults = ['degradation', 'pgbouncer', 'promotion', 'redis-cluster'].map((name) => `tools/faults/${name}.test.ts`);
/** Minutes of others' tools against a running server: `pnpm contract`, and a workflow of its own. */
const contract = ['clients/clients', 'proxy/proxy', 'slow-clients'].map((name) => `tools/contract/${name}.test.ts`);
/** Behind the browser's tests, so that both runs of `npm test` end about together. */
const behind = ['core', 'markdown', 'runtime', 'stream'].map((name) => `packages/${name}/**/*.test.ts`);
const countsTimers = 'packages/sdk/src/realtime/realtime.test.ts';
const besideNode = { CONFAB_TEST_PORTS_FROM: '15000' };

export default defineConfig({
  test: {
    ...shared,
    globalSetup: ['tools/test/global-setup.ts'],
    projects: [
      {
        test: {
          name: 'node',
          // Importing a file does nothing, so a worker may keep what it imported.
          isolate: false,
          include: ['{packages,tools}/**/*.test.ts', 'apps/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/planted/**', countsTimers, ...behind, ...faults, ...contract],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // Counts the timers of its worker: those of another file would be among them.
          name: 'node-alone',
          include: [countsTimers],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: faults,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: contract,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['apps/web/e2e/**/*.e2e.ts'],
          isolate: false,
          // Each has a stack and a browser: two of them beside each other are hardly quicker, and late.
          maxWorkers: 1,
          env: besideNode,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'node-behind',
          include: behind,
          isolate: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          env: besideNode,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

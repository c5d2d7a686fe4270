import { expect, test } from 'vitest';
import { faultNamed } from './faults/all.ts';
import { runFaults } from './harness/run-faults.ts';
import { short } from './harness/scripts.ts';

/** One world for all of them: `pnpm faults` has the rest, in full length. */
const names = ['kill-api', 'kill-gateway', 'redis-killed-empty', 'kill-replica', 'commit-reply-cut'];

test('whatever is killed, each acknowledged message reaches every member once, and in one order', { timeout: 600_000 }, async () => {
  const results = await runFaults(names.map(faultNamed), { script: short, say: (line) => console.log(line) });
  expect(results.map(({ name, violations }) => ({ name, violations }))).toEqual(names.map((name) => ({ name, violations: [] })));
});

import { randomUUID } from 'node:crypto';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis } from '@confab/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedis, type Redis } from './redis.ts';
import { anyActors, playInterleaving, type Tally } from './testing/cache-world.ts';

const numRuns = Number(process.env['CACHE_RUNS'] ?? 300);
const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let redis: Redis;

beforeAll(async () => {
  redis = createRedis({ url: await emptyTestRedis(), name: 'cache-race', logger, queue: true });
});
afterAll(() => redis.stop());

test(`whatever comes first, nobody reads what was invalidated, nor what is a second old (${numRuns} interleavings)`, { timeout: 600_000 }, async () => {
  const tally: Tally = { reads: 0, hits: 0, stale: 0, toldWrites: 0, untoldWrites: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), anyActors, (scheduler, actors) => playInterleaving(scheduler, redis.client, randomUUID(), actors, tally)),
    { numRuns, endOnFailure: true },
  );
  process.stdout.write(`${JSON.stringify({ numRuns, ...tally })}\n`);
  // A world in which nothing ever hits proves nothing.
  for (const seen of Object.values(tally)) expect(seen).toBeGreaterThan(numRuns / 20);
});

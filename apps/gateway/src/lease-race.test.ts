import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { createInterleaving, emptyTestRedis } from '@confab/testing';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { presenceKey } from './access.ts';
import { createLeaseStore, dueKeyOf, leasesKey, type LeaseStore } from './lease.store.ts';

const numRuns = Number(process.env['RACE_RUNS'] ?? 40);
const limit = 2;

let redis: Redis;
beforeAll(async () => {
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  redis = createRedis({ url: await emptyTestRedis(), name: 'lease-race', logger, queue: true });
});
afterAll(() => redis.stop());

/** A connection comes, may renew or be replaced, may go; a gateway sweeps. */
const connection = fc.record({ gateway: fc.nat({ max: 1 }), renews: fc.boolean(), isAway: fc.boolean(), isReplaced: fc.boolean(), releases: fc.boolean() });
const world = fc.record({ graceMs: fc.constantFrom(0, 60_000), connections: fc.array(connection, { minLength: 3, maxLength: 4 }), sweeps: fc.nat({ max: 2 }) });

test(`never more places than the limit, and whoever has one is looked after (${numRuns} interleavings)`, { timeout: 300_000 }, async () => {
  const seen = { held: 0, refused: 0, resumed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), world, async (scheduler, { graceMs, connections, sweeps }) => {
      const user = v7();
      const { play, steppingRedis } = createInterleaving(scheduler);
      const stores = [0, 1].map(() => createLeaseStore({ redis: steppingRedis(redis), rules: { limit, ttlMs: 60_000, graceMs } }));
      const holding = new Set<string>();
      const places = () => redis.client.zCard(leasesKey(user));

      async function live({ gateway, renews, isAway, isReplaced, releases }: (typeof connections)[number]): Promise<void> {
        const store = stores[gateway] as LeaseStore;
        let id = v7();
        const { outcome } = await store.acquire(user, id, v7());
        expect(await places()).toBeLessThanOrEqual(limit);
        if (outcome !== 'held') return void (seen.refused += 1);
        seen.held += 1;
        if (renews) expect((await store.renew(user, id, isAway)).outcome).toBe('held');
        if (isReplaced) {
          const next = v7();
          // Its place is its own until it is given back: nobody can have taken it.
          expect((await (stores[1 - gateway] as LeaseStore).acquire(user, next, v7(), id)).outcome).toBe('resumed');
          expect((await store.renew(user, id, isAway)).outcome).toBe('replaced');
          seen.resumed += 1;
          id = next;
        }
        if (releases) await store.release(user, id);
        else holding.add(id);
      }
      const sweeping = async () => void (await (stores[0] as LeaseStore).sweep(10));
      await play([...connections.map((each) => () => live(each)), ...Array.from({ length: sweeps }, () => sweeping)]);

      expect(await places()).toBe(holding.size);
      for (const id of holding) expect(await redis.client.zScore(leasesKey(user), id), id).not.toBeNull();
      const state = (await redis.client.hGet(presenceKey(user), 'state')) ?? 'offline';
      if (holding.size > 0) expect(['online', 'away']).toContain(state);
      else if (graceMs === 0) expect(state).toBe('offline');
      // Somebody comes back to him, and not later than his first lease or his grace ends.
      if (state !== 'offline') expect(await redis.client.zScore(dueKeyOf(user), user)).toBeLessThanOrEqual(Date.now() + 61_000);
    }),
    { numRuns, endOnFailure: true },
  );
  for (const [outcome, times] of Object.entries(seen)) expect(times, outcome).toBeGreaterThan(numRuns / 20);
});

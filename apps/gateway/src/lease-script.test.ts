import { createRedis, defineScript, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis } from '@confab/testing';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { leaseLua } from './lease-script.ts';

const [limit, ttl, grace] = [3, 90, 20];
/** The script as it is, but for the clock. */
const script = defineScript({ lua: leaseLua.replace("redis.call('TIME')", '{ ARGV[10], 0 }'), numberOfKeys: 5 });
let redis: Redis;

beforeAll(async () => {
  redis = createRedis({ url: await emptyTestRedis(), name: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: true });
});
afterAll(() => redis.stop());

type Step =
  | { readonly op: 'acquire'; readonly connection: number; readonly replaces: number | null }
  | { readonly op: 'renew'; readonly connection: number; readonly isAway: boolean }
  | { readonly op: 'release'; readonly connection: number }
  | { readonly op: 'look' | 'wait'; readonly seconds: number };

const connection = fc.nat({ max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('acquire'), connection, replaces: fc.option(connection) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('renew'), connection, isAway: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('release'), connection }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('look', 'wait'), seconds: fc.constantFrom(1, 10, 19, 20, 21, 60, 89, 90, 91) }) },
);

/** What a user's connections are, said anew and simply: each a name, an end, and whether it is away. */
class Model {
  now = 1_000_000;
  told = 'offline';
  private live = new Map<string, { until: number; isAway: boolean }>();
  private left = new Map<string, boolean>();
  private replaced = new Map<string, number>();
  private emptyAt: number | null = null;

  private settle(): void {
    for (const [id, { until, isAway }] of [...this.live].toSorted(([, a], [, b]) => a.until - b.until)) {
      if (until > this.now) continue;
      this.live.delete(id);
      this.left.set(id, isAway);
      if (this.live.size === 0) this.emptyAt ??= this.now;
    }
  }

  acquire(id: string, replaces: string | null): string {
    this.settle();
    const taken = replaces !== null && this.live.has(replaces);
    if (!taken && this.live.size >= limit) return this.end('refused');
    const before = replaces === null ? false : (this.live.get(replaces)?.isAway ?? this.left.get(replaces) ?? false);
    if (replaces !== null) {
      this.live.delete(replaces);
      this.left.delete(replaces);
      this.replaced.set(replaces, this.now + 2 * ttl);
    }
    this.live.set(id, { until: this.now + ttl, isAway: before });
    return this.end(taken ? 'resumed' : 'held');
  }

  renew(id: string, isAway: boolean): string {
    this.settle();
    if ((this.replaced.get(id) ?? 0) > this.now) return this.end('replaced');
    this.live.set(id, { until: this.now + ttl, isAway });
    return this.end('held');
  }

  release(id: string): string {
    this.settle();
    const lease = this.live.get(id);
    if (lease !== undefined) {
      this.live.delete(id);
      this.left.set(id, lease.isAway);
      if (this.live.size === 0) this.emptyAt ??= this.now;
    }
    return this.end('held');
  }

  look(): string {
    this.settle();
    return this.end('held');
  }

  /** In milliseconds. */
  get lookAt(): number {
    const until = [...this.live.values()].map((lease) => lease.until);
    return 1_000 * (until.length > 0 ? Math.max(...until) : (this.emptyAt ?? 0) + grace);
  }

  /** Whoever has gone is remembered only while nobody is there and it was not said. */
  private end(outcome: string): string {
    if (this.live.size > 0) {
      this.emptyAt = null;
      this.left.clear();
      this.told = [...this.live.values()].every(({ isAway }) => isAway) ? 'away' : 'online';
    } else if (this.emptyAt !== null && this.now >= this.emptyAt + grace) {
      this.told = 'offline';
      this.left.clear();
      this.emptyAt = null;
    }
    return outcome;
  }
}

it('does what the model does, whatever happens in whatever order', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const user = v7();
      const names = Array.from({ length: 7 }, () => v7());
      const name = (index: number) => names[index] ?? '';
      const model = new Model();
      const keys = ['leases', 'away', 'presence', 'replaced', 'due'].map((key) => `{${user}}:${key}`);
      const run = async (op: string, id = '', isAway = false, replaces = '') =>
        (await script.run(redis.client, keys, [op, user, id, isAway ? '1' : '0', replaces, ...[limit, ttl * 1_000, grace * 1_000].map(String), `{${user}}:news`, String(model.now)])) as [string, string, string];
      for (const each of steps) {
        // Names are of connections that were not yet: nobody acquires twice, or in place of himself.
        if (each.op === 'acquire') names.push(v7());
        if (each.op === 'acquire') [names[each.connection], names[names.length - 1]] = [names.at(-1) ?? '', name(each.connection)];
        const before = model.told;
        const [outcome, expected] = await (async () => {
          switch (each.op) {
            case 'acquire': {
              const replaces = each.replaces === null || each.replaces === each.connection ? null : name(each.replaces);
              return [await run('acquire', name(each.connection), false, replaces ?? ''), model.acquire(name(each.connection), replaces)];
            }
            case 'renew':
              return [await run('renew', name(each.connection), each.isAway), model.renew(name(each.connection), each.isAway)];
            case 'release':
              return [await run('release', name(each.connection)), model.release(name(each.connection))];
            case 'look':
            case 'wait':
              model.now += each.seconds;
              return each.op === 'wait' ? [null, ''] : [await run('look'), model.look()];
          }
        })();
        if (outcome === null) continue;
        expect([outcome[0], outcome[2]], JSON.stringify(each)).toEqual([expected, model.told === before ? '' : model.told]);
        // Whoever is not known to be gone is looked after, when his last lease or his grace ends.
        expect(await redis.client.zScore(keys[4] ?? '', user), JSON.stringify(each)).toBe(model.told === 'offline' ? null : model.lookAt);
      }
    }),
    { numRuns: Number(process.env['LEASE_RUNS'] ?? 150) },
  );
});

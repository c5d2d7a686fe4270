import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processTime } from './cache-time.ts';
import { createCache, type Cache, type CacheOptions, type CacheOutcome, type Load } from './cache.ts';
import { createRedis, type Redis } from './redis.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 15_000 };
let wire: TcpProxy;
let redis: Redis;
/** What PostgreSQL would say. */
let truth: Map<string, { text: string; seq: number }>;
let looks: number;
let loads: string[];
let outcomes: CacheOutcome[];
let near: Cache<string>;

beforeEach(async () => {
  wire = await startTcpProxy(await emptyTestRedis());
  redis = createRedis({ url: wire.url, name: 'cache', logger, queue: false });
  await expect.poll(() => redis.isReady, patient).toBe(true);
  truth = new Map([['k', { text: 'first', seq: 1 }]]);
  [looks, loads, outcomes] = [0, [], []];
  near = open();
});
afterEach(async () => {
  await redis.stop();
  await wire.stop();
});

/** As another process has it, whose invalidations may be lost. */
function open(options: Partial<CacheOptions> = {}): Cache<string> {
  return createCache<string>({
    redis,
    epoch: async () => 'one',
    name: 'tests',
    schemaVersion: 3,
    ttlMs: 60_000,
    negativeTtlMs: 5_000,
    time: processTime,
    count: (outcome) => void outcomes.push(outcome),
    async look(keys) {
      looks += 1;
      return new Map(keys.flatMap((key) => [...truth].filter(([k]) => k === key).map(([k, { seq }]) => [k, { version: String(seq), seq }])));
    },
    ...options,
  });
}

const load: Load<string> = async (from) => {
  loads.push(from);
  const found = truth.get('k');
  return found && { value: found.text, version: String(found.seq), seq: found.seq };
};
const get = (cache = near, need = {}) => cache.get('k', load, need);
const write = (text: string) => truth.set('k', { text, seq: (truth.get('k')?.seq ?? 0) + 1 });

test('is loaded once, kept for less than its time, and loaded again when it was written', async () => {
  const far = open();
  expect([await get(), await get(), await get(far)]).toEqual(['first', 'first', 'first']);
  expect([loads, outcomes]).toEqual([['primary'], ['miss', 'hit', 'hit']]);
  expect((await Promise.all(redis.nodes.map((node) => node.keys('*')))).flat()).toEqual(['cache:tests:3:one:{k}']);
  const lifetimeMs = await redis.client.pTTL('cache:tests:3:one:{k}');
  expect(lifetimeMs).toBeLessThanOrEqual(60_000);
  expect(lifetimeMs).toBeGreaterThan(40_000);
  write('second');
  expect(await far.invalidate(['k'])).toBe(true);
  expect([await get(), await get(far)]).toEqual(['second', 'second']);
  expect(outcomes.slice(3)).toEqual(['invalidate', 'miss', 'hit']);
});

test('a value of another form is not read', async () => {
  await get();
  await get(open({ schemaVersion: 4 }));
  expect(loads).toHaveLength(2);
});

test('a value of another history of the database is not read, though the truth there has the same version', async () => {
  await get();
  truth.set('k', { text: 'restored', seq: 1 });
  const later = open({ epoch: async () => 'two' });
  expect([await get(later), await get(later)]).toEqual(['restored', 'restored']);
  expect(loads).toHaveLength(2);
});

test('a load that a change of histories overtakes is not put away', async () => {
  let epoch = 'one';
  const cache = open({ epoch: async () => epoch });
  await cache.get('k', async (from) => ((epoch = 'two'), load(from)));
  expect((await Promise.all(redis.nodes.map((node) => node.keys('*:two:*')))).flat()).toEqual([]);
  truth.set('k', { text: 'restored', seq: 1 });
  expect(await get(cache)).toBe('restored');
});

test('what is not there is kept as such for a short time, or not at all', async () => {
  truth.clear();
  expect([await get(), await get()]).toEqual([undefined, undefined]);
  expect(loads).toHaveLength(1);
  expect(await redis.client.pTTL('cache:tests:3:one:{k}')).toBeLessThanOrEqual(5_000);
  const without = open({ name: 'without', negativeTtlMs: 0 });
  expect([await get(without), await get(without)]).toEqual([undefined, undefined]);
  expect(loads).toHaveLength(3);
});

test('a lost invalidation is made good within a second, by whoever reads', async () => {
  await get();
  write('second');
  await expect.poll(() => get(), { timeout: 15_000, interval: 50 }).toBe('second');
  expect(outcomes).toContain('stale');
  expect(await get(open())).toBe('second');
  expect(loads).toHaveLength(2);
});

test('whoever has seen more than it shows gets more', async () => {
  await get();
  write('second');
  expect(await get(near, { atLeast: 2 })).toBe('second');
  expect(outcomes).toEqual(['miss', 'stale']);
  // Further than there is anything: the truth is asked, and that is all.
  expect(await get(near, { atLeast: 9 })).toBe('second');
  expect(loads).toHaveLength(2);
});

test('a hit that was confirmed lately asks nobody', async () => {
  await get();
  const startedAt = performance.now();
  for (let n = 0; n < 100; n += 1) await get();
  expect(looks).toBeLessThanOrEqual((performance.now() - startedAt) / 1_000 + 1);
  expect(loads).toHaveLength(1);
});

test('many at once are one load, in this process and in others', async () => {
  const slow: Load<string> = async (from) => {
    await delay(50);
    return load(from);
  };
  // Those who wait do not lose their patience, however slow the machine is.
  const time = { ...processTime, now: () => 0 };
  const processes = [open({ time }), open({ time }), open({ time })];
  const found = await Promise.all(processes.flatMap((cache) => Array.from({ length: 20 }, () => cache.get('k', slow))));
  expect(new Set(found)).toEqual(new Set(['first']));
  expect(loads).toHaveLength(1);
});

test('who waits for a process that died loads by himself, after a little while', async () => {
  void open().get('k', () => new Promise(() => undefined));
  await expect.poll(() => redis.client.exists('cache:tests:3:one:{k}'), patient).toBe(1);
  const startedAt = performance.now();
  expect(await get()).toBe('first');
  expect(performance.now() - startedAt).toBeGreaterThan(200);
  expect(loads).toEqual(['primary']);
});

test('nobody joins a load that was begun before a write, not even one of his own process', async () => {
  const slow = Promise.withResolvers<void>();
  const early = near.get('k', async (from) => {
    const loaded = await load(from);
    await slow.promise;
    return loaded;
  });
  await expect.poll(() => loads.length, patient).toBe(1);
  write('second');
  await open().invalidate(['k']);
  // The lease is somebody else's now, and his load takes its time.
  void open().get('k', () => new Promise(() => undefined));
  await expect.poll(() => redis.client.exists('cache:tests:3:one:{k}'), patient).toBe(1);
  const late = get();
  await delay(50);
  slow.resolve();
  expect([await early, await late]).toEqual(['first', 'second']);
});

test('what a load throws is thrown, and the next one tries again; without a primary a replica may know', async () => {
  const broken: Load<string> = () => Promise.reject(new Error('no database'));
  await expect(near.get('k', broken)).rejects.toThrow('no database');
  const replica: Load<string> = async (from) => (from === 'primary' ? Promise.reject(new Error('no primary')) : load(from));
  expect(await near.get('k', replica)).toBe('first');
  expect(loads).toEqual(['anywhere']);
  expect(await get()).toBe('first');
  expect(loads).toEqual(['anywhere', 'primary']);
});

test('nobody can say whether it is current: it is loaded', async () => {
  await get();
  const doubtful = open({ look: () => Promise.reject(new Error('no')) });
  expect(await get(doubtful)).toBe('first');
  expect(outcomes).toEqual(['miss', 'error']);
});

test('without Redis it is slower, and nothing old comes back with it', async () => {
  await get();
  wire.cut();
  await expect.poll(() => redis.isReady, patient).toBe(false);
  write('second');
  expect(await near.invalidate(['k'])).toBe(false);
  expect(await Promise.all(Array.from({ length: 20 }, () => get()))).toEqual(Array.from({ length: 20 }, () => 'second'));
  expect(loads.length).toBeLessThanOrEqual(4);
  wire.restore();
  await expect.poll(() => redis.isReady, patient).toBe(true);
  expect(await get()).toBe('second');
});

test('a Redis that hangs holds up nobody for long', async () => {
  await get();
  wire.hang();
  const startedAt = performance.now();
  expect(await get()).toBe('first');
  write('second');
  expect(await near.invalidate(['k'])).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  wire.restore();
  await expect.poll(() => redis.isReady, patient).toBe(true);
  expect(await get()).toBe('second');
});

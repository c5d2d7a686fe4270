import { createRedis, createSubscriber, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis } from '@confab/testing';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { presenceKey } from './access.ts';
import { connectionChannels, createLeaseStore, dueKeyOf, leasesKey, type LeaseStore } from './lease.store.ts';

const patient = { timeout: 15_000, interval: 50 };
const rules = { limit: 10, ttlMs: 60_000, graceMs: 60_000 };
const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let url: string;
let redises: Redis[];
let stores: LeaseStore[];
let user: string;

beforeAll(async () => {
  url = await emptyTestRedis();
  redises = [1, 2].map((name) => createRedis({ url, name: `leases-${name}`, logger, queue: true }));
});
afterAll(async () => {
  await Promise.all(redises.map((redis) => redis.stop()));
});
beforeEach(() => {
  stores = storesWith({});
  user = v7();
});

const storesWith = (own: Partial<typeof rules>) => redises.map((redis) => createLeaseStore({ redis, rules: { ...rules, ...own } }));
const places = () => redises[0]!.client.zCard(leasesKey(user));
const presence = () => redises[0]!.client.hGet(presenceKey(user), 'state');
const acquire = (connectionId = v7(), { at = 0, replaces, ticket = v7() }: { at?: number; replaces?: string; ticket?: string } = {}) => stores[at]!.acquire(user, connectionId, ticket, replaces);

/** What is published of the user, as gateways hear it. */
async function listening(): Promise<string[]> {
  const said: string[] = [];
  const listener = createSubscriber({ url, name: 'listener', logger, onReconnect: () => undefined });
  listeners.push(() => listener.stop());
  const hear = (message: Buffer) => {
    const [kind, userId, state = ''] = message.toString().split(' ');
    if (kind === 'presence' && userId === user) said.push(state);
  };
  await Promise.all(connectionChannels.map((channel) => listener.subscribe(channel, hear)));
  return said;
}
const listeners: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(listeners.map((close) => close()));
});

it('gives ten places, however many ask at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    user = v7();
    const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => acquire(v7(), { at: index % 2 })));
    expect(answers.filter(({ outcome }) => outcome === 'held')).toHaveLength(10);
    expect(answers.filter(({ outcome }) => outcome === 'refused')).toHaveLength(490);
    expect(answers.filter(({ changed }) => changed === 'online')).toHaveLength(1);
    expect(await places()).toBe(10);
  }
});

it('gives one place for a ticket, however many gateways it is shown to at once', async () => {
  const ticket = v7();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => acquire(v7(), { at: index % 2, ticket })));
  expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['held', ...Array.from({ length: 19 }, () => 'spent')]);
  expect(await places()).toBe(1);
});

it('takes a ticket also where there is no place, and replaces nobody for one that was used', async () => {
  const held = Array.from({ length: 10 }, () => v7());
  const ticket = v7();
  for (const id of held) await acquire(id);
  expect((await acquire(v7(), { ticket })).outcome).toBe('refused');
  expect((await acquire(v7(), { ticket, replaces: held[0]! })).outcome).toBe('spent');
  expect((await stores[0]!.renew(user, held[0]!, false)).outcome).toBe('held');
});

it('gives a place that was freed, at once', async () => {
  const held = Array.from({ length: 10 }, () => v7());
  for (const id of held) await acquire(id);
  expect((await acquire()).outcome).toBe('refused');
  await stores[1]!.release(user, held[3]!);
  expect((await acquire()).outcome).toBe('held');
  expect((await acquire()).outcome).toBe('refused');
});

it('never frees another\'s place, nor any twice', async () => {
  const held = Array.from({ length: 10 }, () => v7());
  for (const id of held) await acquire(id);
  await stores[0]!.release(user, v7());
  await stores[0]!.release(user, held[0]!);
  await stores[0]!.release(user, held[0]!);
  expect(await places()).toBe(9);
});

it('lets a resume take its own place, once, and lets nobody keep what was taken', async () => {
  const held = Array.from({ length: 10 }, () => v7());
  for (const id of held) await acquire(id);
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => acquire(v7(), { at: index % 2, replaces: held[0]! })));
  expect(answers.filter(({ outcome }) => outcome === 'resumed')).toHaveLength(1);
  expect(answers.filter(({ outcome }) => outcome === 'refused')).toHaveLength(39);
  expect(await places()).toBe(10);
  expect((await stores[0]!.renew(user, held[0]!, false)).outcome).toBe('replaced');
  expect(await places()).toBe(10);
  expect((await stores[0]!.renew(user, held[1]!, false)).outcome).toBe('held');
});

it('gives nobody a place for one that is not there', async () => {
  for (let count = 0; count < 10; count += 1) await acquire();
  expect((await acquire(v7(), { replaces: v7() })).outcome).toBe('refused');
});

it('takes back what is not renewed', async () => {
  stores = storesWith({ ttlMs: 1_500 });
  const held = Array.from({ length: 10 }, () => v7());
  for (const id of held) await acquire(id);
  expect((await acquire()).outcome).toBe('refused');
  const [kept = ''] = held;
  await expect.poll(async () => (await stores[0]!.renew(user, kept, false), (await acquire()).outcome), patient).toBe('held');
  expect(await places()).toBeLessThanOrEqual(10);
  expect(await redises[0]!.client.zScore(leasesKey(user), kept)).not.toBeNull();
});

it('puts back what Redis has lost', async () => {
  const id = v7();
  await acquire(id);
  for (const key of [leasesKey(user), presenceKey(user), dueKeyOf(user)]) await redises[0]!.client.del(key);
  expect(await stores[0]!.renew(user, id, true)).toMatchObject({ outcome: 'held', changed: 'away' });
  expect([await places(), await redises[0]!.client.zScore(dueKeyOf(user), user)]).toEqual([1, expect.any(Number)]);
});

it('is away when every connection says so', async () => {
  const said = await listening();
  const [first, second] = [v7(), v7()];
  await acquire(first);
  await stores[0]!.renew(user, first, true);
  await acquire(second);
  await stores[0]!.renew(user, second, true);
  await stores[0]!.renew(user, second, false);
  await stores[0]!.renew(user, second, true);
  await stores[0]!.renew(user, first, false);
  await stores[0]!.release(user, first);
  await expect.poll(() => said, patient).toEqual(['online', 'away', 'online', 'away', 'online', 'away', 'online', 'away']);
});

it('a resume is as away as what it replaces', async () => {
  const said = await listening();
  const ids = [v7(), v7(), v7()] as const;
  await acquire(ids[0]);
  await stores[0]!.renew(user, ids[0], true);
  expect((await acquire(ids[1], { replaces: ids[0] })).isAway).toBe(true);
  await stores[0]!.release(user, ids[1]);
  expect((await acquire(ids[2], { replaces: ids[1] })).isAway).toBe(true);
  expect(await presence()).toBe('away');
  expect(said).toEqual(['online', 'away']);
});

it('says once that somebody is gone, however many look, and nothing while he may come back', async () => {
  stores = storesWith({ graceMs: 700 });
  const said = await listening();
  const ids = [v7(), v7(), v7()] as const;
  const sweepAll = () => Promise.all(Array.from({ length: 8 }, (_, index) => stores[index % 2]!.sweep(100)));
  await acquire(ids[0]);
  await stores[0]!.release(user, ids[0]);
  await sweepAll();
  await acquire(ids[1], { at: 1 });
  await sweepAll();
  expect(said).toEqual(['online']);
  await stores[1]!.release(user, ids[1]);
  await expect.poll(async () => (await sweepAll(), await presence()), patient).toBe('offline');
  await sweepAll();
  await acquire(ids[2]);
  await expect.poll(() => said, patient).toEqual(['online', 'offline', 'online']);
});

it('says that somebody is gone whose gateway died', async () => {
  stores = storesWith({ ttlMs: 1_000, graceMs: 500 });
  const said = await listening();
  await acquire();
  await expect.poll(async () => (await stores[1]!.sweep(100), await presence()), patient).toBe('offline');
  expect(said).toEqual(['online', 'offline']);
  await expect.poll(async () => (await stores[1]!.sweep(100), await redises[0]!.client.zScore(dueKeyOf(user), user)), patient).toBeNull();
});

it('tells nothing of an outage that outlasts the leases, if their holders come back', async () => {
  stores = storesWith({ ttlMs: 1_000, graceMs: 1_500 });
  const said = await listening();
  const id = v7();
  await acquire(id);
  await expect.poll(() => redises[0]!.client.exists(leasesKey(user)), patient).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  await stores[1]!.sweep(100);
  await stores[0]!.renew(user, id, false);
  await stores[1]!.sweep(100);
  expect(await presence()).toBe('online');
  expect(said).toEqual(['online']);
});

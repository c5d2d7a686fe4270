import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy, startTestStack, type TcpProxy, type TestStack } from '@confab/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { leasesKey, ticketKey } from './lease.store.ts';
import { closeCode, identified, identifying, type Identified, type Member, newMember, newTicket, outcomeOf } from './testing/members.ts';

const rounds = Number(process.env['CAP_ROUNDS'] ?? 10);
const patient = { timeout: 30_000, interval: 100 };
let wire: TcpProxy;
let stack: TestStack;
let redis: Redis;
let member: Member;

beforeAll(async () => {
  const url = await emptyTestRedis();
  wire = await startTcpProxy(url);
  stack = await startTestStack({ gateways: 2, env: { REDIS_URL: wire.url, DRAIN_SPREAD_MS: '100' } });
  redis = createRedis({ url, name: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: true });
}, 120_000);
afterAll(async () => {
  await redis.stop();
  await stack.stop();
  await wire.stop();
}, 60_000);
beforeEach(async () => {
  member = await newMember(stack);
});

// Whoever comes next is counted with Redis again.
afterEach(async () => {
  wire.restore();
  await expect.poll(() => Promise.all(stack.gateways.map(breakerState)), patient).toEqual([0, 0]);
}, 60_000);

async function breakerState({ opsPort }: { readonly opsPort: number }): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  return Number(/^confab_breaker_state\{.*"redis_leases".*\} (\d)/m.exec(text)?.[1]);
}

const places = () => redis.client.zCard(leasesKey(member.id));
const fill = () => Promise.all(Array.from({ length: 10 }, (_, index) => identified(stack, member, { gateway: index % 2 })));
const closeAll = (probes: readonly Identified[]) => probes.forEach((probe) => probe.close());

it(`lets ten in of twenty that come at once over two gateways, ${rounds} times`, { timeout: 60_000 + rounds * 15_000 }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    member = await newMember(stack);
    const tickets = await Promise.all(Array.from({ length: 20 }, () => newTicket(member)));
    const probes = await Promise.all(tickets.map((ticket, index) => identifying(stack, member, { gateway: index % 2, ticket })));
    const outcomes = await Promise.all(probes.map(outcomeOf));
    // Where Redis answered too late, it is obeyed later.
    const refused = () => probes.filter((probe) => probe.closeCode === 4409).length;
    await expect.poll(refused, patient).toBe(10);
    expect(outcomes.filter((outcome) => outcome === 'ready').length).toBeGreaterThanOrEqual(10);
    expect(await places()).toBe(10);
    closeAll(probes);
    await expect.poll(places, patient).toBe(0);
  }
});

it('refuses the newest, says why, and takes another as soon as one goes', { timeout: 60_000 }, async () => {
  const probes = await fill();
  expect(await (await identifying(stack, member, { gateway: 1 })).closed(20_000)).toEqual({ code: 4409, reason: 'too_many_connections' });
  probes[0]?.close();
  await expect.poll(places, patient).toBe(9);
  await identified(stack, member, { gateway: 1 });
  probes[1]?.cut();
  await expect.poll(places, patient).toBe(9);
  await identified(stack, member, { gateway: 0 });
  closeAll(probes);
});

it('lets a resume take the place of its own connection, wherever that is', { timeout: 60_000 }, async () => {
  const probes = await fill();
  for (const [index, replaced] of [probes[0]!, probes[1]!].entries()) {
    // One on this gateway, one on the other.
    const heir = await identified(stack, member, { gateway: 0, replaces: replaced.connectionId });
    expect(await closeCode(replaced), `the ${index + 1}. one`).toBe(4410);
    expect(await places()).toBe(10);
    probes.push(heir);
  }
  expect(await outcomeOf(await identifying(stack, member))).toBe(4409);
  closeAll(probes);
});

it('lets nobody replace another\'s connection', { timeout: 60_000 }, async () => {
  const probe = await identified(stack, member);
  const stranger = await newMember(stack);
  for (const gateway of [0, 1]) await identified(stack, stranger, { gateway, replaces: probe.connectionId });
  probe.send({ t: 'heartbeat', d: {} });
  await probe.next('heartbeat', undefined, 20_000);
});

it('counts for each gateway alone while Redis hangs, and together again afterwards', { timeout: 120_000 }, async () => {
  const tickets = await Promise.all(Array.from({ length: 16 }, () => newTicket(member)));
  wire.hang();
  const probes = await Promise.all(tickets.slice(0, 14).map((ticket) => identifying(stack, member, { gateway: 0, ticket })));
  const outcomes = await Promise.all(probes.map(outcomeOf));
  expect(outcomes.filter((outcome) => outcome === 'ready')).toHaveLength(10);
  expect(outcomes.filter((outcome) => outcome === 4409)).toHaveLength(4);
  const elsewhere = await identified(stack, member, { gateway: 1, ticket: tickets[14]! });
  const heir = await identified(stack, member, { gateway: 0, ticket: tickets[15]!, replaces: probes[outcomes.indexOf('ready')]!.connectionId });
  expect(await closeCode(probes[outcomes.indexOf('ready')]!)).toBe(4410);
  // A ticket is good once all the same, at this gateway.
  const used = () => identifying(stack, member, { gateway: 0, ticket: tickets[15]! }).then(outcomeOf);
  expect(await used()).toBe(4401);
  // Longer than a client waits before it gives the connection up, and with it the answers that were late.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  wire.restore();
  // Whoever was let in stays, and has his place in Redis again.
  await expect.poll(places, patient).toBe(11);
  // Until the breaker has tried again a gateway counts alone: a second, here.
  await expect.poll(() => Promise.all(stack.gateways.map(breakerState)), patient).toEqual([0, 0]);
  expect(await outcomeOf(await identifying(stack, member, { gateway: 1 }))).toBe(4409);
  expect(await used()).toBe(4401);
  closeAll([...probes, elsewhere, heir]);
  await expect.poll(places, patient).toBe(0);
});

it('gives the place of a connection that was replaced while Redis hung back with the first word from Redis', { timeout: 120_000 }, async () => {
  const replaced = await identified(stack, member, { gateway: 0 });
  const strangers = await Promise.all(Array.from({ length: 3 }, () => newMember(stack)));
  const tickets = await Promise.all(strangers.flatMap((stranger) => Array.from({ length: 4 }, async () => ({ stranger, ticket: await newTicket(stranger) }))));
  const ticket = await newTicket(member);
  const probes: Identified[] = [];
  wire.hang();
  // Until nothing is sent to Redis any more, not even what it would read later.
  for (const { stranger, ticket: theirs } of tickets) {
    if ((await breakerState(stack.gateways[0]!)) === 2) break;
    probes.push(await identified(stack, stranger, { gateway: 0, ticket: theirs }));
  }
  const heir = await identified(stack, member, { gateway: 0, ticket, replaces: replaced.connectionId });
  expect(await closeCode(replaced)).toBe(4410);
  wire.restore();
  // Also once the heir, who had no word with Redis yet, has his.
  await expect.poll(() => redis.client.zScore(leasesKey(member.id), heir.connectionId), patient).not.toBeNull();
  await expect.poll(places, patient).toBe(1);
  closeAll([...probes, heir]);
  await expect.poll(places, patient).toBe(0);
});

it('gives the place back that Redis gave, when it was there again, to a connection that was refused meanwhile', { timeout: 120_000 }, async () => {
  const probes = await Promise.all(Array.from({ length: 10 }, () => identified(stack, member, { gateway: 0 })));
  const known = async () => (await Promise.all(probes.map(({ connectionId }) => redis.client.zScore(leasesKey(member.id), connectionId)))).filter((score) => score !== null).length;
  const others = async () => (await places()) - (await known());
  const ticket = await newTicket(member);
  const { jti } = JSON.parse(Buffer.from(ticket.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
  // Whoever comes next has a place, if Redis is asked.
  await redis.client.del(leasesKey(member.id));
  wire.hang();
  expect(await outcomeOf(await identifying(stack, member, { gateway: 0, ticket }))).toBe(4409);
  // Longer than a client waits before it gives the connection up, and with it the answer.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  wire.restore();
  // The place may be gone before anybody can look; the ticket that was given for it stays.
  await expect.poll(() => redis.client.get(ticketKey(member.id, jti)), patient).not.toBeNull();
  await expect.poll(others, patient).toBe(0);
  closeAll(probes);
});

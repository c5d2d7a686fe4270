import { type Core, createCore } from '@confab/core';
import { createDatabase, type Database } from '@confab/db';
import { createRedis, type Redis } from '@confab/redis';
import { createLogger, systemClock } from '@confab/runtime';
import { createStreams, type Streams } from '@confab/stream';
import { emptyTestRedis, startTcpProxy, startTestStack, type TcpProxy, type TestStack } from '@confab/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { closeCode, identified, type Member, newMember } from './testing/members.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 20_000, interval: 50 };
/** A second, and what a loaded machine needs besides. */
const soonMs = 5_000;
let wire: TcpProxy;
let stack: TestStack;
let database: Database;
let redis: Redis;
let streams: Streams;
let core: Core;
let member: Member;

beforeAll(async () => {
  const url = await emptyTestRedis();
  wire = await startTcpProxy(url);
  stack = await startTestStack({ gateways: 2, env: { REDIS_URL: wire.url, DRAIN_SPREAD_MS: '100' } });
  database = createDatabase({ primaryUrl: stack.database.url, replicaUrls: [], applicationName: 'test', logger });
  redis = createRedis({ url, name: 'test', logger, queue: true });
  streams = createStreams({ db: database, redis, logger });
  core = createCore({ database, redis, streams, logger, clock: systemClock, secret: Buffer.alloc(32, 7), gatewayUrls: ['ws://127.0.0.1:1/'] });
}, 120_000);
afterAll(async () => {
  await streams.stop();
  await redis.stop();
  await database.stop();
  await stack.stop();
  await wire.stop();
}, 60_000);
beforeEach(async () => {
  member = await newMember(stack);
});

/** For a connection whose access token expires then. */
async function ticketUntil(expiresAt: number): Promise<string> {
  return (await core.tickets.create({ ...(await core.sessions.authenticate(member.accessToken)), expiresAt })).ticket;
}

/** Those of both gateways, all of one session. */
const sockets = () => Promise.all([0, 0, 0, 1, 1, 1].map((gateway) => identified(stack, member, { gateway })));

it('a connection ends with its access token, unless it was given a newer one', { timeout: 60_000 }, async () => {
  // Tokens count whole seconds.
  const expiresAt = Math.ceil(Date.now() / 1_000) * 1_000 + 6_000;
  const [ends, stays] = await Promise.all([0, 1].map(async (gateway) => identified(stack, member, { gateway, ticket: await ticketUntil(expiresAt) })));
  stays!.send({ t: 'refresh', d: { accessToken: member.accessToken } });
  expect(await closeCode(ends!)).toBe(4401);
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
  await expect.poll(() => Date.now() - expiresAt, patient).toBeGreaterThan(3_000);
  stays!.send({ t: 'heartbeat', d: {} });
  await stays!.next('heartbeat', undefined, 20_000);
  expect(stays!.frames.filter(({ t }) => t === 'error')).toEqual([]);
});

it.for<[string, () => void]>([
  ['works', () => undefined],
  ['hangs', () => wire.hang()],
  ['is dead', () => wire.cut()],
])('every socket of a session that ends is closed soon while Redis %s', { timeout: 60_000 }, async ([, harm]) => {
  const probes = await sockets();
  const other = await newMember(stack);
  const spared = await identified(stack, other);
  harm();
  try {
    await member.call('POST', '/auth/logout');
    const endedAt = Date.now();
    expect(await Promise.all(probes.map(closeCode))).toEqual(probes.map(() => 4401));
    expect(Date.now() - endedAt).toBeLessThan(soonMs);
    expect(spared.closeCode).toBeUndefined();
  } finally {
    wire.restore();
  }
});

it('a session that nobody told of is noticed all the same', { timeout: 60_000 }, async () => {
  const probes = await sockets();
  const at = new Date();
  await database.primary.updateTable('sessions').set({ ended_at: at, end_reason: 'signed_out' }).where('id', '=', member.sessionId).execute();
  expect(await Promise.all(probes.map(closeCode))).toEqual(probes.map(() => 4401));
  expect(Date.now() - at.getTime()).toBeLessThan(soonMs);
});

import { randomBytes } from 'node:crypto';
import { findPrimary } from '@confab/db';
import { createLogger } from '@confab/runtime';
import type { Schemas } from '@confab/sdk';
import type { TestApp } from '@confab/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Postgres } from '../stack/postgres.ts';
import { database, startOwnServers } from './own-servers.ts';
import type { OwnServers } from './own-servers.ts';
import { enter, startTraffic, summary } from './traffic.ts';
import type { Member, Sample } from './traffic.ts';

const patient = { timeout: 60_000, interval: 50 };
/** Once the primary is known to be gone; much for a busy machine. */
const atOnceMs = 1_900;
const longestMs = 12_000;
/** More of them after the first two, for figures: each without a break in the link to the replica. */
const moreRounds = Number(process.env['PROMOTION_ROUNDS'] ?? 0);

let servers: OwnServers;
let apps: TestApp[];
let url: string;
let roomId: string;
let members: Member[];
let listeners: Listener[];
/** The two hosts of the address change their parts; this is the one that is written to. */
let primary: Postgres;
let standby: Postgres;
let hostList: string;

interface Listener {
  /** Since the last resync: the number from which it goes on, and what came. */
  from: number;
  came: { seq: number; id: string }[];
  resyncs: number;
  everCame: Set<string>;
}

beforeAll(async () => {
  servers = await startOwnServers({ replicas: 1 });
  primary = servers.primary;
  standby = servers.replicas[0] as Postgres;
  hostList = primary.databaseUrl(database).replace(/(@[^/]+)\/(.*)$/, `$1,127.0.0.1:${standby.port}/$2?target_session_attrs=read-write`);
  const [apiPort, gatewayPort] = [await servers.ports.take(), await servers.ports.take()];
  url = `http://127.0.0.1:${apiPort}`;
  const gatewayUrl = `ws://127.0.0.1:${gatewayPort}/gateway?v=1`;
  // Both hosts stand in both lists: who is not in recovery is passed over as a replica.
  const common = { DATABASE_URL: hostList, DATABASE_REPLICA_URLS: `${primary.databaseUrl(database)},${standby.databaseUrl(database)}`, PUBLIC_URL: url };
  apps = await Promise.all([
    servers.startApp('api', { ...common, API_PORT: String(apiPort), GATEWAY_URLS: gatewayUrl }),
    servers.startApp('gateway', { ...common, GATEWAY_PORT: String(gatewayPort), GATEWAY_URL: gatewayUrl }),
    servers.startApp('worker', { ...common, DATABASE_DIRECT_URL: hostList }),
  ]);
  const owner = await enter(url);
  roomId = (await owner.confab.rest.createRoom({ name: 'Through promotions', kind: 'public' })).id;
  members = [owner, ...(await Promise.all(Array.from({ length: 4 }, () => enter(url, roomId))))];
  listeners = members.map(listen);
  await Promise.all(members.map(({ confab }) => confab.realtime.connect()));
}, 180_000);

afterAll(async () => {
  for (const { confab } of members) confab.close();
  await servers.stop();
}, 120_000);

function listen({ confab }: Member): Listener {
  const listener: Listener = { from: 0, came: [], resyncs: 0, everCame: new Set() };
  confab.realtime.on('message.created', ({ seq, data }) => {
    listener.came.push({ seq, id: data.id });
    listener.everCame.add(data.id);
  });
  confab.realtime.on('resync', ({ stream, head }) => {
    if (stream === `room:${roomId}`) Object.assign(listener, { from: head, came: [], resyncs: listener.resyncs + 1 });
  });
  return listener;
}

async function on<T>(server: Postgres, statement: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: server.databaseUrl(database) });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows as T[];
  } finally {
    await client.end();
  }
}

async function history(): Promise<Schemas['Message'][]> {
  const messages: Schemas['Message'][] = [];
  for (let more = true; more; ) {
    const page = await (members[1] as Member).confab.rest.listMessages(roomId, { limit: 100, ...(messages[0] === undefined ? {} : { before: messages[0].id }) });
    messages.unshift(...page.items);
    more = page.hasMoreBefore;
  }
  return messages;
}

const outcomesOf = (samples: readonly Sample[], kind: Sample['kind']) => [...new Set(samples.filter((sample) => sample.kind === kind).map(({ outcome }) => outcome))];

/** Kills the primary under load, lets the load meet that, and promotes the replica. The killed one is the standby's place to be. */
async function promotion({ name, hasAll = false, before = async () => undefined }: { name: string; hasAll?: boolean; before?: (acknowledged: readonly string[]) => Promise<void> }) {
  await servers.outliveDoubt();
  await servers.forgetSessions();
  const resyncs = listeners.map((listener) => listener.resyncs);
  const traffic = startTraffic(url, roomId, members);
  try {
    await expect.poll(() => traffic.acknowledged.length, patient).toBeGreaterThan(40);
    await before(traffic.acknowledged);
    const killedAt = performance.now();
    primary.signal('SIGKILL');
    await primary.exited;
    const isOpen = async () => ((await (await fetch(`http://127.0.0.1:${apps[0]?.opsPort}/health/ready`)).json()) as { breakers: Record<string, string> }).breakers['database_primary'];
    await expect.poll(isOpen, patient).toBe('open');
    const noticedAt = performance.now();
    const without = () => traffic.samples.filter(({ startedAt }) => startedAt >= noticedAt);
    await expect.poll(() => without().length, patient).toBeGreaterThan(40);
    await expect.poll(() => new Set(without().map(({ kind }) => kind)).size, patient).toBe(3);
    const outage = without();
    expect([outcomesOf(outage, 'send'), outcomesOf(outage, 'sign in')]).toEqual([['database.unavailable'], ['database.unavailable']]);
    // Who has seen more than the replica has is not shown less.
    if (hasAll) expect(outcomesOf(outage, 'read')).toEqual(['ok']);
    expect(outage.filter(({ outcome, hasRetryAfter }) => outcome !== 'ok' && !hasRetryAfter)).toEqual([]);
    expect(Math.max(...outage.map(({ ms }) => ms))).toBeLessThan(atOnceMs);

    const acknowledgedBefore = [...traffic.acknowledged];
    await servers.promote(standby);
    const promotedAt = performance.now();
    [primary, standby] = [standby, primary];
    await expect.poll(() => traffic.acknowledged.length - acknowledgedBefore.length, patient).toBeGreaterThan(40);
    const firstOk = Math.min(...traffic.samples.filter(({ kind, outcome, startedAt }) => kind === 'send' && outcome === 'ok' && startedAt > noticedAt).map(({ startedAt, ms }) => startedAt + ms));
    await traffic.stop();
    expect(traffic.samples.filter(({ outcome }) => !['ok', 'database.unavailable', 'service.overloaded'].includes(outcome))).toEqual([]);
    expect(Math.max(...traffic.samples.map(({ ms }) => ms))).toBeLessThan(longestMs);

    const there = new Set((await on<{ id: string }>(primary, 'SELECT id FROM messages')).map(({ id }) => id));
    const lost = acknowledgedBefore.filter((id) => !there.has(id));
    console.log(
      [
        `${name}: lost ${lost.length} of ${acknowledgedBefore.length} acknowledged; writes refused ${Math.round(noticedAt - killedAt)} ms after the kill, answered again ${Math.round(firstOk - promotedAt)} ms after the promotion`,
        ...summary(traffic.samples).map((line) => `  ${line}`),
      ].join('\n'),
    );
    // What was acknowledged by the new primary is there.
    expect(traffic.acknowledged.slice(acknowledgedBefore.length).filter((id) => !there.has(id))).toEqual([]);
    await expectOneLog(resyncs);
    await expectJobsDone();
    return { lost };
  } finally {
    await traffic.stop();
  }
}

/** Everybody was told that the history is another one, and since then has had each message once and in order. */
async function expectOneLog(resyncsBefore: readonly number[]): Promise<void> {
  const all = (await history()).map(({ seq, id }) => ({ seq, id }));
  for (const [index, listener] of listeners.entries()) {
    await expect.poll(() => listener.resyncs, patient).toBeGreaterThan(resyncsBefore[index] ?? 0);
    const expected = () => all.filter(({ seq }) => seq > listener.from);
    await expect.poll(() => listener.came.length, patient).toBeGreaterThanOrEqual(expected().length);
    expect(listener.came).toEqual(expected());
  }
}

/** By a worker that nobody has started anew. */
async function expectJobsDone(): Promise<void> {
  const key = randomBytes(6).toString('hex');
  await on(primary, "SELECT enqueue_job('maintain-event-log', '{}', NULL, NULL, NULL, $1, NULL, 'replace')", [key]);
  await expect.poll(() => on(primary, 'SELECT FROM graphile_worker.jobs WHERE key = $1', [key]), patient).toHaveLength(0);
}

const setSync = async (server: Postgres, names: string) => {
  await on(server, `ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
  await on(server, 'SELECT pg_reload_conf()');
};

const isInRotation = async () => {
  const text = await (await fetch(`http://127.0.0.1:${apps[0]?.opsPort}/metrics`)).text();
  return /^confab_db_replica_in_rotation.* 1$/m.test(text);
};

/** The server that was killed comes back empty, as a replica of the one that was promoted. */
async function rebuild(name: string): Promise<void> {
  // Its settings are copied with it.
  await on(primary, 'ALTER SYSTEM RESET ALL');
  standby = await servers.follow(primary, { name, port: standby.port });
  await expect.poll(isInRotation, patient).toBe(true);
}

test('a replica that is promoted takes over without a restart: synchronous nothing is lost, asynchronous what it had not got; the old primary is not written to', { timeout: 400_000 }, async () => {
  const pids = apps.map(({ pid }) => pid);
  await expect.poll(isInRotation, patient).toBe(true);
  await setSync(primary, 'replica_1');
  await expect.poll(() => on(primary, "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'"), patient).toHaveLength(1);
  expect((await promotion({ name: 'synchronous standby', hasAll: true })).lost).toEqual([]);

  // The old primary is back as it was, and would take writes.
  await standby.start();
  await setSync(standby, '');
  const before = await on(standby, 'SELECT count(*)::int AS messages, max(head)::int AS head FROM messages, stream');
  expect(await findPrimary(hostList, createLogger({ name: 'test', level: 'silent', pretty: false }))).toContain(`:${primary.port}/`);
  const traffic = startTraffic(url, roomId, members);
  await expect.poll(() => traffic.acknowledged.length, patient).toBeGreaterThan(60);
  await traffic.stop();
  expect(outcomesOf(traffic.samples, 'send')).toEqual(['ok']);
  expect(await on(standby, 'SELECT count(*)::int AS messages, max(head)::int AS head FROM messages, stream')).toEqual(before);
  await standby.stop();

  await rebuild('replica_2');
  // The link breaks before the primary does: what is lost is seen to be lost, by everybody.
  const { lost } = await promotion({
    name: 'asynchronous standby, its link broken first',
    before: async (acknowledged) => {
      await on(standby, "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'");
      await on(standby, 'SELECT pg_reload_conf()');
      const had = acknowledged.length;
      await expect.poll(() => acknowledged.length, patient).toBeGreaterThan(had + 20);
    },
  });
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.every((id) => listeners.some(({ everCame }) => everCame.has(id)))).toBe(true);
  for (let round = 1; round <= moreRounds; round++) {
    await rebuild(`replica_${2 + round}`);
    await promotion({ name: 'asynchronous standby' });
  }
  expect(apps.map(({ pid }) => pid)).toEqual(pids);
});

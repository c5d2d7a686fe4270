import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { createDatabase, constraintError, loginSettings, sqlState } from '@confab/db';
import type { Database } from '@confab/db';
import { createLogger, runInContext } from '@confab/runtime';
import type { Schemas } from '@confab/sdk';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asApplication, ensureApplicationLogin } from '../migrate/application-login.ts';
import { startPgBouncer } from '../stack/pgbouncer.ts';
import type { PgBouncer } from '../stack/pgbouncer.ts';
import type { Postgres } from '../stack/postgres.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { database, startOwnServers } from './own-servers.ts';
import type { OwnServers } from './own-servers.ts';
import { enter } from './traffic.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 60_000, interval: 50 };
/** Fewer than the processes have connections: only by sharing them do all come through. */
const poolSize = 4;
const password = randomBytes(12).toString('base64url');

let folder: string;
let servers: OwnServers;
let poolers: PgBouncer[];
let addresses: { primaryUrl: string; replicaUrl: string };

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  servers = await startOwnServers({ replicas: 1 });
  const [replica] = servers.replicas as [Postgres];
  const owner = servers.primary.databaseUrl(database);
  await ensureApplicationLogin(owner, asApplication(owner, password));
  const start = async (name: string, server: Postgres) => {
    const url = asApplication(server.databaseUrl(database), password);
    const logins = { [new URL(url).username]: password };
    const pooler = await startPgBouncer({ directory: join(folder, name), logFile: join(folder, `${name}.log`), port: await servers.ports.take(), serverPort: server.port, logins, poolSize, probeUrl: url });
    return { pooler, url: pooler.through(url) };
  };
  const [before, behind] = [await start('primary', servers.primary), await start('replica', replica)];
  poolers = [before.pooler, behind.pooler];
  addresses = { primaryUrl: before.url, replicaUrl: behind.url };
}, 180_000);

afterAll(async () => {
  for (const pooler of poolers) await pooler.stop();
  await servers.stop();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

async function withDatabase(work: (db: Database) => Promise<void>, poolCount = 10): Promise<void> {
  const db = createDatabase({ primaryUrl: addresses.primaryUrl, replicaUrls: [addresses.replicaUrl], applicationName: 'confab-pooler-test', logger, poolSize: poolCount });
  try {
    await work(db);
  } finally {
    await db.stop();
  }
}

async function outcome(work: Promise<unknown>) {
  const startedAt = performance.now();
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown);
  return { code: error === undefined ? 'answered' : constraintError(error), state: sqlState(error), afterMs: performance.now() - startedAt };
}

test('time limits hold by the settings of the login; a statement beyond them is cancelled', { timeout: 60_000 }, async () => {
  await withDatabase(async (db) => {
    const { rows } = await sql<{ name: string; setting: string }>`SELECT name, setting FROM pg_settings WHERE name = ANY(${Object.keys(loginSettings)})`.execute(db.primary);
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]))).toEqual(loginSettings);
    expect(await outcome(sql`SELECT pg_sleep(30)`.execute(db.primary))).toMatchObject({ code: 'service.overloaded', state: '57014' });
  });
});

test('a pooler with nothing left to give says so in time, and goes on when it has', { timeout: 60_000 }, async () => {
  await withDatabase(async (db) => {
    await sql`SELECT 1`.execute(db.primary);
    const holding = Array.from({ length: poolSize }, () => db.write(async (tx) => void (await sql`SELECT pg_sleep(5)`.execute(tx))));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { code, afterMs } = await outcome(sql`SELECT 1`.execute(db.primary));
    expect(code).toMatch(/^(database.unavailable|service.overloaded)$/);
    expect(afterMs).toBeLessThan(4_500);
    await Promise.allSettled(holding);
    await expect.poll(async () => (await outcome(sql`SELECT 1`.execute(db.primary))).code, patient).toBe('answered');
  });
});

test('reads go to the replica behind its pooler, their check sent ahead without waiting', async () => {
  await withDatabase(async (db) => {
    await db.write((tx) => tx.insertInto('stream').values({ id: 'room:pooled', head: 3 }).execute());
    const read = (head: number) =>
      runInContext({ requestId: 'r', freshness: { seen: new Map([['room:pooled', head]]) } }, () =>
        db.read(async (from, target) => ({ target, rows: await from.selectFrom('stream').select('head').where('id', '=', 'room:pooled').execute() })),
      );
    await expect.poll(async () => (await read(3)).target, patient).toBe('replica');
    const many = await Promise.all(Array.from({ length: 200 }, (_, index) => read(index % 4)));
    expect(many.every(({ rows }) => rows[0]?.head === 3)).toBe(true);
    expect((await read(4)).target).toBe('primary');
  });
});

test('API and gateway behind it, the worker beside it: what is sent is read, told and done', { timeout: 120_000 }, async () => {
  const [apiPort, gatewayPort] = [await servers.ports.take(), await servers.ports.take()];
  const url = `http://127.0.0.1:${apiPort}`;
  const gatewayUrl = `ws://127.0.0.1:${gatewayPort}/gateway?v=1`;
  const common = { DATABASE_URL: addresses.primaryUrl, DATABASE_REPLICA_URLS: addresses.replicaUrl, PUBLIC_URL: url };
  await Promise.all([
    servers.startApp('api', { ...common, API_PORT: String(apiPort), GATEWAY_URLS: gatewayUrl }),
    servers.startApp('gateway', { ...common, GATEWAY_PORT: String(gatewayPort), GATEWAY_URL: gatewayUrl }),
    servers.startApp('worker', { ...common, DATABASE_DIRECT_URL: servers.primary.databaseUrl(database) }),
  ]);
  const owner = await enter(url);
  const room = await owner.confab.rest.createRoom({ name: 'Pooled', kind: 'public' });
  const others = await Promise.all(Array.from({ length: 4 }, () => enter(url, room.id)));
  const came: string[] = [];
  owner.confab.realtime.on('message.created', ({ data }) => void came.push(data.id));
  await owner.confab.realtime.connect();
  const sent: Schemas['Message'][] = [];
  await Promise.all(
    others.map(async ({ confab }) => {
      for (let n = 0; n < 25; n += 1) {
        sent.push(await confab.rest.createMessage(room.id, { content: `${n}`, nonce: randomBytes(9).toString('base64url') }));
        expect((await confab.rest.listMessages(room.id, { limit: 50 })).items.map(({ id }) => id)).toContain(sent.at(-1)?.id);
      }
    }),
  );
  const inOrder = sent.toSorted((a, b) => a.seq - b.seq).map(({ id }) => id);
  await expect.poll(() => came, patient).toEqual(inOrder);
  for (const { confab } of [owner, ...others]) confab.close();
  // The pooler had fewer connections than the processes.
  await withDatabase(async (db) => {
    const { rows } = await sql<{ n: number }>`SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = current_user`.execute(db.primary);
    expect(rows[0]?.n).toBeLessThanOrEqual(poolSize);
    await sql`SELECT enqueue_job('maintain-event-log', '{}', NULL, NULL, NULL, 'pooled', NULL, 'replace')`.execute(db.primary);
  });
  await expect.poll(() => jobsLeft(), patient).toBe(0);
});

async function jobsLeft(): Promise<number> {
  const db = createDatabase({ primaryUrl: servers.primary.databaseUrl(database), replicaUrls: [], applicationName: 'confab-pooler-test', logger });
  try {
    return (await sql<{ n: number }>`SELECT count(*)::int AS n FROM graphile_worker.jobs WHERE key = 'pooled'`.execute(db.primary)).rows[0]?.n ?? -1;
  } finally {
    await db.stop();
  }
}

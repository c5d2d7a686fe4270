import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startApp, type AppName, type TestApp } from '@confab/testing';
import { Client } from 'pg';
import { createClient } from 'redis';
import { migrate } from '../migrate/migrate.ts';
import { createPorts, type Ports } from '../stack/ports.ts';
import { postgresBinaries } from '../stack/postgres-binaries.ts';
import { startPostgres, workingDirectory, type Postgres } from '../stack/postgres.ts';
import { startRedis, type Redis } from '../stack/redis.ts';
import { startReplica } from '../stack/replica.ts';
import { run } from '../stack/run-command.ts';
import { ensureDatabase } from '../stack/scratch.ts';
import { serviceUser } from '../stack/service-user.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';

/** Servers of a test's own, to be frozen, emptied and killed. */
export interface OwnServers {
  readonly primary: Postgres;
  readonly replicas: readonly Postgres[];
  readonly redis: Redis;
  readonly ports: Ports;
  /** `main`: another make of the app than the checkout's. */
  startApp(name: AppName, env?: Readonly<Record<string, string>>, main?: string): Promise<TestApp>;
  onReplica(index: number, sql: string): Promise<void>;
  emptyRedis(): Promise<void>;
  /** A Redis that is new or was emptied is not believed for half a minute: from now on this one says that it has been there for long. */
  outliveDoubt(): Promise<void>;
  /** Redis forgets which sessions live: each is looked up, and then remembered for a whole minute. */
  forgetSessions(): Promise<void>;
  /** Of requests, in Redis: for those who make more than anybody may. */
  forgetLimits(): Promise<void>;
  /** A new replica of that server, asynchronous until the server is told otherwise. */
  follow(primary: Postgres, options: { name: string; port: number }): Promise<Postgres>;
  /** `pg_ctl promote`; settles when it takes writes. */
  promote(replica: Postgres): Promise<void>;
  stop(): Promise<void>;
}

export const database = 'confab';

async function promote(directory: string, logFile: string): Promise<void> {
  const user = serviceUser();
  const command = join(await postgresBinaries(user), 'bin/pg_ctl');
  await run(command, ['promote', '--wait', '-D', workingDirectory], { cwd: directory, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, user, logFile });
}

export async function startOwnServers({ replicas: count }: { replicas: number }): Promise<OwnServers> {
  const folder = await makeTemporaryFolder();
  const ports = createPorts();
  const password = randomBytes(12).toString('base64url');
  const place = async (name: string) => ({ directory: join(folder, name), logFile: join(folder, `${name}.log`), port: await ports.take() });
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const started = <T extends { stop(): Promise<void> }>(server: T): T => (stops.push(() => server.stop()), server);
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const redis = started(await startRedis({ ...(await place('redis')), password }));
    const primary = started(await startPostgres({ ...(await place('primary')), password, durable: false }));
    const databaseUrl = await ensureDatabase(primary, database);
    await migrate(databaseUrl, 'up');
    const replicas: Postgres[] = [];
    for (let index = 1; index <= count; index++) {
      const name = `replica_${index}`;
      replicas.push(started(await startReplica({ ...(await place(name)), name, primary, durable: false })));
    }
    const common = {
      DATABASE_URL: databaseUrl,
      DATABASE_REPLICA_URLS: replicas.map((replica) => replica.databaseUrl(database)).join(','),
      REDIS_URL: redis.url,
      CONFAB_SECRET: Buffer.alloc(32, 9).toString('base64url'),
      PUBLIC_URL: 'http://127.0.0.1:3000',
      TRUST_PROXY: '1',
      DRAIN_NOTICE_MS: '0',
      DRAIN_SPREAD_MS: '500',
    };
    return {
      primary,
      replicas,
      redis,
      ports,
      startApp: async (name, env = {}, main) => started(await startApp(name, { ...common, ...env }, main)),
      onReplica: async (index, sql) => void (await ask(replicas[index]?.databaseUrl(database) ?? '', sql)),
      outliveDoubt: () => outliveDoubt(redis.url),
      forgetSessions: () => forget(redis.url, 'session:*'),
      forgetLimits: () => forget(redis.url, 'limit:*'),
      follow: async (of, { name, port }) => started(await startReplica({ ...(await place(name)), name, port, primary: of, durable: false })),
      promote: ({ directory }) => promote(directory, join(folder, 'promote.log')),
      emptyRedis: () => withRedis(redis.url, async (client) => void (await client.flushAll())),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One statement on a connection of its own, which may be cut off. */
export async function ask<T>(url: string, text: string, values: readonly unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as T[];
  } finally {
    await client.end();
  }
}

function outliveDoubt(url: string): Promise<void> {
  return withRedis(url, async (client) => {
    const runId = /run_id:(\w+)/.exec(await client.info('server'))?.[1];
    for (let partition = 0; partition < 16; partition++) await client.set(`{p${partition}}:positions`, `${runId} 1`);
  });
}

function forget(url: string, pattern: string): Promise<void> {
  return withRedis(url, async (client) => {
    for (const key of await client.keys(pattern)) await client.del(key);
  });
}

export const clientOf = (url: string) => createClient({ url });

export async function withRedis(url: string, work: (client: ReturnType<typeof clientOf>) => Promise<void>): Promise<void> {
  const client = clientOf(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startApp, startTcpProxy } from '@confab/testing';
import type { TcpProxy, TestApp } from '@confab/testing';
import { migrate } from '../migrate/migrate.ts';
import { createPorts } from '../stack/ports.ts';
import { startPostgres } from '../stack/postgres.ts';
import type { Postgres } from '../stack/postgres.ts';
import { startRedis } from '../stack/redis.ts';
import type { Redis } from '../stack/redis.ts';
import { startReplica } from '../stack/replica.ts';
import { ensureDatabase } from '../stack/scratch.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';

/** Servers that nobody else uses, so that they may be killed and frozen, and the processes that rest on them. */
export interface World {
  readonly primary: Postgres;
  readonly replica: Postgres;
  /** What the processes take for a second replica: another way to the same server. */
  readonly otherReplica: TcpProxy;
  readonly redis: Redis;
  readonly api: TestApp;
  readonly url: string;
  /** The readiness report of the API, as it is now. */
  readiness(): Promise<Readiness>;
  stop(): Promise<void>;
}

export interface Readiness {
  readonly status: 'ok' | 'failed';
  readonly checks: Readonly<Record<string, { status: string }>>;
  readonly breakers: Readonly<Record<string, string>>;
}

export async function startWorld(): Promise<World> {
  const folder = await makeTemporaryFolder();
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const keep = <T extends { stop(): Promise<unknown> }>(started: T): T => {
    stops.push(() => started.stop());
    return started;
  };
  const ports = createPorts();
  const password = randomBytes(12).toString('base64url');
  const place = (name: string) => ({ directory: join(folder, name), logFile: join(folder, `${name}.log`) });
  const redis = keep(await startRedis({ ...place('redis'), port: await ports.take(), password }));
  const primary = keep(await startPostgres({ ...place('primary'), port: await ports.take(), password, durable: false }));
  const databaseUrl = await ensureDatabase(primary, 'confab');
  await migrate(databaseUrl, 'up');
  const replica = keep(await startReplica({ ...place('replica'), primary, port: await ports.take(), durable: false }));
  const otherReplica = keep(await startTcpProxy(replica.databaseUrl('confab')));

  const [apiPort, gatewayPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${apiPort}`;
  const gatewayUrl = `ws://127.0.0.1:${gatewayPort}/gateway?v=1`;
  const env = {
    DATABASE_URL: databaseUrl,
    DATABASE_REPLICA_URLS: `${replica.databaseUrl('confab')},${otherReplica.url}`,
    REDIS_URL: redis.url,
    CONFAB_SECRET: randomBytes(32).toString('base64url'),
    PUBLIC_URL: url,
    TRUST_PROXY: '1',
    DRAIN_SPREAD_MS: '500',
  };
  const { TRUST_PROXY: _, ...withoutProxy } = env;
  const { DRAIN_SPREAD_MS: __, ...forApi } = env;
  const api = keep(await startApp('api', { ...forApi, API_PORT: String(apiPort), GATEWAY_URLS: gatewayUrl }));
  keep(await startApp('gateway', { ...withoutProxy, GATEWAY_PORT: String(gatewayPort), GATEWAY_URL: gatewayUrl }));
  return {
    primary,
    replica,
    otherReplica,
    redis,
    api,
    url,
    async readiness() {
      const response = await fetch(`http://127.0.0.1:${api.opsPort}/health/ready`);
      return (await response.json()) as Readiness;
    },
    async stop() {
      for (const stop of stops.toReversed()) await stop();
    },
  };
}

/** The server and everything it started: a backend of PostgreSQL is a process of its own. Answers how to thaw it. */
export function freeze({ pid }: { readonly pid: number }): () => void {
  process.kill(pid, 'SIGSTOP');
  const all = [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number)];
  const tell = (signal: NodeJS.Signals): void => {
    for (const each of all) {
      try {
        process.kill(each, signal);
      } catch {
        // It has ended in the meantime.
      }
    }
  };
  tell('SIGSTOP');
  return () => tell('SIGCONT');
}

import { freePort, startTcpProxy } from '@confab/testing';
import type { TcpProxy, TestApp } from '@confab/testing';
import { childrenOf } from '../stack/children.ts';
import type { Postgres } from '../stack/postgres.ts';
import type { Redis } from '../stack/redis.ts';
import { startOwnServers } from './own-servers.ts';
import type { OwnServers } from './own-servers.ts';

/** Servers that nobody else uses, so that they may be killed and frozen, and the processes that rest on them. */
export interface World {
  readonly primary: Postgres;
  readonly replica: Postgres;
  /** What the processes take for a second replica: another way to the same server. */
  readonly otherReplica: TcpProxy;
  readonly redis: Redis;
  /** The processes' way to it. */
  readonly redisWire: TcpProxy;
  readonly api: TestApp;
  /** API, gateway and worker. */
  readonly apps: readonly TestApp[];
  readonly url: string;
  /** The readiness report of the API, as it is now. */
  readiness(): Promise<Readiness>;
  outliveDoubt: OwnServers['outliveDoubt'];
  forgetSessions: OwnServers['forgetSessions'];
  stop(): Promise<void>;
}

export interface Readiness {
  readonly status: 'ok' | 'failed';
  readonly checks: Readonly<Record<string, { status: string; reason?: string }>>;
  readonly breakers: Readonly<Record<string, string>>;
}

export async function startWorld(): Promise<World> {
  const servers = await startOwnServers({ replicas: 1 });
  try {
    const { primary, redis } = servers;
    const [replica] = servers.replicas as [Postgres];
    const replicaUrl = replica.databaseUrl('confab');
    const [otherReplica, redisWire] = [await startTcpProxy(replicaUrl), await startTcpProxy(redis.url)];
    const [apiPort, gatewayPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${apiPort}`;
    const gatewayUrl = `ws://127.0.0.1:${gatewayPort}/gateway?v=1`;
    const common = { DATABASE_REPLICA_URLS: `${replicaUrl},${otherReplica.url}`, PUBLIC_URL: url, REDIS_URL: redisWire.url };
    const api = await servers.startApp('api', { ...common, API_PORT: String(apiPort), GATEWAY_URLS: gatewayUrl });
    const gateway = await servers.startApp('gateway', { ...common, GATEWAY_PORT: String(gatewayPort), GATEWAY_URL: gatewayUrl });
    const worker = await servers.startApp('worker', { ...common, DATABASE_DIRECT_URL: primary.databaseUrl('confab') });
    return {
      primary,
      replica,
      otherReplica,
      redis,
      redisWire,
      api,
      apps: [api, gateway, worker],
      url,
      outliveDoubt: servers.outliveDoubt,
      forgetSessions: servers.forgetSessions,
      async readiness() {
        const response = await fetch(`http://127.0.0.1:${api.opsPort}/health/ready`);
        return (await response.json()) as Readiness;
      },
      async stop() {
        await servers.stop();
        await Promise.all([otherReplica.stop(), redisWire.stop()]);
      },
    };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** The server and everything it started: a backend of PostgreSQL is a process of its own. Answers how to thaw it. */
export function freeze({ pid }: { readonly pid: number }): () => void {
  process.kill(pid, 'SIGSTOP');
  const all = [pid, ...childrenOf(pid)];
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

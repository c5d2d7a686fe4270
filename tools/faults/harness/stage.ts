import { startTcpProxy } from '@confab/testing';
import type { AppName, LogLine, TcpProxy, TestApp } from '@confab/testing';
import { ask, database, startOwnServers } from '../own-servers.ts';
import type { OwnServers } from '../own-servers.ts';
import { startRoutes } from './routes.ts';
import type { Routes } from './routes.ts';

/** Where a process reaches others: each has wires of its own. */
export interface Wires {
  readonly primary: TcpProxy;
  readonly replica: TcpProxy;
  readonly redis: TcpProxy;
}

/** One process, of whichever make and environment it is now. */
export interface Actor {
  readonly name: string;
  readonly kind: AppName;
  readonly wires: Wires;
  /** Clients' way to it; absent for a worker. */
  readonly front: TcpProxy | undefined;
  readonly app: TestApp;
  /** Of it, and of those before it. */
  log(): readonly LogLine[];
  /** Ends it politely and starts it again with these in addition. */
  replace(env?: Readonly<Record<string, string>>): Promise<void>;
}

/** The whole of Confab, with a wire on each link. */
export interface Stage {
  readonly servers: OwnServers;
  readonly apis: readonly Actor[];
  readonly gateways: readonly Actor[];
  readonly workers: readonly Actor[];
  readonly actors: readonly Actor[];
  readonly routes: Routes;
  readonly url: string;
  sql<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

/** Makes of apps other than those of the checkout: the files to start. */
export type Mains = Partial<Record<AppName, string>>;

/** Ports are chosen before they are used, and somebody else may be quicker: then once more, with others. */
export async function startStage(mains: Mains = {}): Promise<Stage> {
  for (let left = 3; ; left -= 1) {
    try {
      return await tryToStart(mains);
    } catch (error) {
      if (left === 0 || !String(error).includes('EADDRINUSE')) throw error;
    }
  }
}

async function tryToStart(mains: Mains): Promise<Stage> {
  const servers = await startOwnServers({ replicas: 1 });
  const proxies: TcpProxy[] = [];
  const stops: (() => void | Promise<void>)[] = [() => servers.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
    for (const proxy of proxies) await proxy.stop();
  };
  const wire = async (url: string): Promise<TcpProxy> => {
    const proxy = await startTcpProxy(url);
    proxies.push(proxy);
    return proxy;
  };
  try {
    const { primary, redis } = servers;
    const direct = primary.databaseUrl(database);
    const ports = { api: [await servers.ports.take(), await servers.ports.take()], gateway: [await servers.ports.take(), await servers.ports.take()] };
    const fronts = {
      api: [await wire(`http://127.0.0.1:${ports.api[0]}`), await wire(`http://127.0.0.1:${ports.api[1]}`)],
      gateway: [await wire(`ws://127.0.0.1:${ports.gateway[0]}/gateway?v=1`), await wire(`ws://127.0.0.1:${ports.gateway[1]}/gateway?v=1`)],
    };
    const url = 'http://127.0.0.1:1';
    const gatewayUrls = fronts.gateway.map((front) => front.url).join(',');

    async function start(kind: AppName, index: number): Promise<Actor> {
      const wires = { primary: await wire(direct), replica: await wire(servers.replicas[0]?.databaseUrl(database) ?? ''), redis: await wire(redis.url) };
      const front = kind === 'worker' ? undefined : fronts[kind][index];
      const env: Record<string, string> = {
        DATABASE_URL: wires.primary.url,
        DATABASE_REPLICA_URLS: wires.replica.url,
        REDIS_URL: wires.redis.url,
        PUBLIC_URL: url,
        NODE_OPTIONS: `--import ${new URL('collect-garbage.ts', import.meta.url)}`,
        [`${kind.toUpperCase()}_OPS_PORT`]: String(await servers.ports.take()),
        ...(kind === 'api' ? { API_PORT: String(ports.api[index]), GATEWAY_URLS: gatewayUrls, DRAIN_NOTICE_MS: '1000' } : {}),
        ...(kind === 'gateway' ? { GATEWAY_PORT: String(ports.gateway[index]), GATEWAY_URL: front?.url ?? '' } : {}),
        ...(kind === 'worker' ? { DATABASE_DIRECT_URL: wires.primary.url, WORKER_LOST_AFTER_MS: '2000' } : {}),
      };
      const launch = (more: Readonly<Record<string, string>> = {}) => servers.startApp(kind, { ...env, ...more }, mains[kind]);
      let app = await launch();
      const former: LogLine[] = [];
      return {
        name: `${kind}-${index + 1}`,
        kind,
        wires,
        front,
        get app() {
          return app;
        },
        log: () => [...former, ...app.log],
        async replace(more) {
          await app.stop();
          former.push(...app.log);
          app = await launch(more);
        },
      };
    }
    const started = await Promise.allSettled((['api', 'gateway', 'worker'] as const).flatMap((kind) => [0, 1].map((index) => start(kind, index))));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    // Else nothing is read from caches or replicas for the first half a minute, and nothing is shown of them.
    await servers.outliveDoubt();
    const actors = started.map((result) => (result as PromiseFulfilledResult<Actor>).value);
    const of = (kind: AppName) => actors.filter((actor) => actor.kind === kind);
    const apis = of('api');
    const routes = startRoutes(apis.map((actor, index) => ({ get app() { return actor.app; }, proxy: fronts.api[index] as TcpProxy })));
    stops.push(() => routes.stop());
    return {
      servers,
      apis,
      gateways: of('gateway'),
      workers: of('worker'),
      actors,
      routes,
      url,
      sql: (text, values) => ask(direct, text, values),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

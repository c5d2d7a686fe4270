import { type Breakers, createBreakers, type Logger } from '@confab/runtime';
import { bufferReplies, type RedisClient } from './client.ts';
import { type BufferCommands, type Commands, type Route, routed } from './commands.ts';
import { type Observe, unobserved } from './observer.ts';
import { type Ask, createGuards, type RedisUse } from './guard.ts';
import { isCluster, openServers } from './open.ts';
import { createRoute } from './route.ts';

export type Redis = {
  /** Commands of Redis 7.0, no newer. Keys that one command or script touches together share a {hash tag}, as on a cluster. */
  readonly client: Commands;
  /** The same, with strings answered as Buffers. */
  readonly buffers: BufferCommands;
  /** Every server that holds keys, for what is about servers. */
  readonly nodes: readonly RedisClient[];
  /** The way of those who can do without an answer, and shall not wait for one. */
  guard(use: RedisUse): Ask;
  readonly isReady: boolean;
  /** How often a connection has come or been lost, or slots have changed hands. As long as it stays, whoever answered before is who answers now. */
  readonly changes: number;
  /** Settles with the first connection, or when so much time is over. */
  awaitReady(patienceMs: number): Promise<void>;
  /** Rejects unless Redis answers, each of its nodes. */
  check(): Promise<void>;
  stop(): Promise<void>;
};

export type RedisOptions = {
  /** Of one Redis; or of nodes of a cluster, separated by commas. */
  url: string;
  name: string;
  logger: Logger;
  /** False where waiting is worse than failing: limits, revocations. */
  queue: boolean;
  /** The process's, so that metrics and readiness tell of them. */
  breakers?: Breakers;
  /** The process's. */
  observe?: Observe;
};

const queueTimeoutMs = 2_000;

/** Returns at once and connects in the background: Redis away means slower, not broken. */
export function createRedis({ url, name, logger, queue, breakers = createBreakers({ logger }), observe = unobserved }: RedisOptions): Redis {
  let isWaitedFor = Promise.withResolvers<void>();
  let changes = 0;
  const servers = openServers({ url, name, logger, queue, observe, ...(queue ? { queueTimeoutMs } : {}), ready: tell, changed: tell, lost: () => void (changes += 1) });

  function tell(): void {
    changes += 1;
    if (!servers.isReady) return;
    isWaitedFor.resolve();
    isWaitedFor = Promise.withResolvers();
  }

  const [only] = servers.all();
  const route: Route = isCluster(url) || only === undefined ? createRoute(servers, queue ? queueTimeoutMs : 0) : (_key, command) => command(only.inTime());

  return {
    client: routed<Commands>(route, (node) => node, observe),
    buffers: routed<BufferCommands>(route, (node) => node.withTypeMapping(bufferReplies), observe),
    guard: createGuards(breakers),
    get nodes() {
      return servers.all().map(({ client }) => client);
    },
    get isReady() {
      return servers.isReady;
    },
    get changes() {
      return changes;
    },
    async awaitReady(patienceMs) {
      if (servers.isReady) return;
      const { promise } = isWaitedFor;
      const over = Promise.withResolvers<void>();
      const timer = setTimeout(over.resolve, patienceMs);
      await Promise.race([promise, over.promise]);
      clearTimeout(timer);
    },
    async check() {
      if (!servers.isReady && isCluster(url)) throw new Error('part of the cluster is away');
      await Promise.all(servers.all().map(({ inTime }) => observe('PING', () => inTime().ping())));
    },
    stop: servers.stop,
  };
}

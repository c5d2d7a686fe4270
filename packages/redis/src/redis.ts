import { type Breakers, createBreakers, type Logger } from '@confab/runtime';
import type { RedisClientType } from 'redis';
import { bufferReplies, connect, type RedisClient } from './client.ts';
import { type Ask, createGuards, type RedisUse } from './guard.ts';

export type Redis = {
  /** Commands of Redis 7.0, no newer. Keys that one command or script touches together share a {hash tag}, as on a cluster. */
  readonly client: RedisClient;
  /** The same connection, with strings answered as Buffers. */
  readonly buffers: RedisClientType<{}, {}, {}, 3, typeof bufferReplies>;
  /** The way of those who can do without an answer, and shall not wait for one. */
  guard(use: RedisUse): Ask;
  readonly isReady: boolean;
  /** How often a connection has come or been lost. As long as it stays, whoever answered before is who answers now. */
  readonly changes: number;
  /** Settles with the first connection, or when so much time is over. */
  awaitReady(patienceMs: number): Promise<void>;
  /** Rejects unless Redis answers. */
  check(): Promise<void>;
  stop(): Promise<void>;
};

export type RedisOptions = {
  url: string;
  name: string;
  logger: Logger;
  /** False where waiting is worse than failing: limits, revocations. */
  queue: boolean;
  /** The process's, so that metrics and readiness tell of them. */
  breakers?: Breakers;
};

/** Returns at once and connects in the background: Redis away means slower, not broken. */
export function createRedis({ url, name, logger, queue, breakers = createBreakers({ logger }) }: RedisOptions): Redis {
  const { client, stop } = connect({ url, name, logger, queue, ...(queue ? { queueTimeoutMs: 2_000 } : {}) });
  let changes = 0;
  for (const event of ['ready', 'error']) client.on(event, () => (changes += 1));
  return {
    client,
    guard: createGuards(breakers),
    buffers: client.withTypeMapping(bufferReplies),
    get isReady() {
      return client.isReady;
    },
    get changes() {
      return changes;
    },
    async awaitReady(patienceMs) {
      if (client.isReady) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patienceMs);
      client.once('ready', resolve);
      await promise;
      clearTimeout(timer);
      client.off('ready', resolve);
    },
    async check() {
      await client.ping();
    },
    stop,
  };
}

import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@confab/runtime';
import { createClient, RESP_TYPES, type RedisClientType } from 'redis';
import { type Observe, unobserved } from './observer.ts';
import { reconnectStrategy } from './reconnect.ts';
import { watch } from './watchdog.ts';

export type RedisClient = RedisClientType;

/** How long commands under way are waited for at the end. */
const closeMs = 1_000;
const usualQueueTimeoutMs = 5_000;

export type ConnectionOptions = {
  url: string;
  /** Shown by CLIENT LIST and in the log. */
  name: string;
  logger: Logger;
  /** True: commands wait, bounded in number, for a connection that is away. False: they fail at once. */
  queue: boolean;
  /** How long a command of `inTime` may wait for that, and a tenth of a second longer. */
  queueTimeoutMs?: number;
  observe?: Observe;
  onReady?: () => void;
  onLost?: () => void;
};

export type Connection = {
  client: RedisClient;
  /** For a command that is to be sent at once. */
  inTime: () => RedisClient;
  stop: () => Promise<void>;
};

/** Never connected. The library makes a class of some hundreds of functions for each new set of options; what is duplicated from one shares its. */
let model: RedisClient | undefined;

function modelClient(): RedisClient {
  return (model ??= createClient({
    commandsQueueMaxLength: 20_000,
    maintNotifications: 'disabled',
    // Otherwise the library sets a timer for each command.
    commandOptions: { timeout: 0 },
  }));
}

/** Connects in the background and stays at it until stopped. */
export function connect({ url, name, logger, queue, queueTimeoutMs = usualQueueTimeoutMs, observe = unobserved, onReady, onLost }: ConnectionOptions): Connection {
  const log = logger.child({ redis: name });
  let isLost = true;
  const client: RedisClient = modelClient().duplicate({
    url,
    name,
    disableOfflineQueue: !queue,
    socket: { connectTimeout: 2_000, socketTimeout: 5_000, reconnectStrategy },
  });
  client.on('error', (error: unknown) => {
    if (!isLost) log.warn({ err: error }, 'redis lost');
    else log.debug({ err: error }, 'redis still away');
    isLost = true;
    onLost?.();
  });
  client.on('ready', () => {
    isLost = false;
    log.info('redis ready');
    onReady?.();
  });
  // Rejects only when it is stopped before it was ever ready.
  client.connect().catch(() => undefined);
  const stopWatching = watch(client, { logger: log, observe });
  return {
    client,
    inTime: queue ? inTurns(client, queueTimeoutMs) : () => client,
    async stop() {
      stopWatching();
      if (client.isReady) await Promise.race([client.close(), delay(closeMs)]);
      client.destroy();
    },
  };
}

/** Commands that begin within this time are given up together: to the library a limit of its own for each is dearer than the command. */
const turnMs = 100;

function inTurns(client: RedisClient, timeoutMs: number): () => RedisClient {
  let current = client;
  let until = 0;
  return () => {
    const now = performance.now();
    if (now < until) return current;
    until = now + turnMs;
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    setTimeout(() => over.abort(), turnMs + timeoutMs).unref();
    current = client.withAbortSignal(over.signal) as RedisClient;
    return current;
  };
}

export const bufferReplies = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

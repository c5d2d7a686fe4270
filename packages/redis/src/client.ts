import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@confab/runtime';
import { createClient, RESP_TYPES, type RedisClientType } from 'redis';
import { reconnectStrategy } from './reconnect.ts';
import { watch } from './watchdog.ts';

export type RedisClient = RedisClientType;

/** How long commands under way are waited for at the end. */
const closeMs = 1_000;

export type ConnectionOptions = {
  url: string;
  /** Shown by CLIENT LIST and in the log. */
  name: string;
  logger: Logger;
  /** True: commands wait, bounded in number, for a connection that is away. False: they fail at once. */
  queue: boolean;
  /** How long a command may wait for that; for ever if absent. */
  queueTimeoutMs?: number;
  onReady?: () => void;
  onLost?: () => void;
};

export type Connection = { client: RedisClient; stop: () => Promise<void> };

/** Connects in the background and stays at it until stopped. */
export function connect({ url, name, logger, queue, queueTimeoutMs, onReady, onLost }: ConnectionOptions): Connection {
  const log = logger.child({ redis: name });
  let isLost = true;
  const client: RedisClient = createClient({
    url,
    name,
    disableOfflineQueue: !queue,
    commandsQueueMaxLength: 20_000,
    maintNotifications: 'disabled',
    socket: { connectTimeout: 2_000, socketTimeout: 5_000, reconnectStrategy },
    ...(queueTimeoutMs === undefined ? {} : { commandOptions: { timeout: queueTimeoutMs } }),
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
  const stopWatching = watch(client, log);
  return {
    client,
    async stop() {
      stopWatching();
      if (client.isReady) await Promise.race([client.close(), delay(closeMs)]);
      client.destroy();
    },
  };
}

export const bufferReplies = { [RESP_TYPES.BLOB_STRING]: Buffer } as const;

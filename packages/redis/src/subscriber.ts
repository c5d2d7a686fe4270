import type { Logger } from '@confab/runtime';
import { connect } from './client.ts';

export type Subscriber = {
  /** Resolves when Redis has acknowledged; rejects when the connection was lost before that, and then nothing is subscribed. */
  subscribe(channel: string, onMessage: (message: Buffer) => void): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  readonly isReady: boolean;
  check(): Promise<void>;
  stop(): Promise<void>;
};

export type SubscriberOptions = {
  url: string;
  name: string;
  logger: Logger;
  /** After a reconnect, with every subscription made again: whatever was published in between is lost, so everything is suspect. */
  onReconnect: () => void;
};

/** A connection for messages alone. */
export function createSubscriber({ url, name, logger, onReconnect }: SubscriberOptions): Subscriber {
  let wasReady = false;
  const { client, stop } = connect({
    url,
    name,
    logger,
    queue: true,
    onReady() {
      if (wasReady) onReconnect();
      wasReady = true;
    },
  });
  return {
    async subscribe(channel, onMessage) {
      await client.subscribe(
        channel,
        (message: Buffer) => {
          // An exception here would break the reader of the connection.
          try {
            onMessage(message);
          } catch (error) {
            logger.error({ err: error, redis: name }, 'a message could not be handled');
          }
        },
        true,
      );
    },
    async unsubscribe(channel) {
      await client.unsubscribe(channel);
    },
    get isReady() {
      return client.isReady;
    },
    async check() {
      await client.ping();
    },
    stop,
  };
}

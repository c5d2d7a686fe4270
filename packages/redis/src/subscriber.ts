import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type Logger } from '@confab/runtime';
import { connect } from './client.ts';

export type Subscriber = {
  /** Resolves when Redis has acknowledged, however long it is away until then. One listener a channel: a second takes its place. */
  subscribe(channel: string, onMessage: Listener): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  readonly isReady: boolean;
  check(): Promise<void>;
  stop(): Promise<void>;
};

export type Listener = (message: Buffer) => void;

export type SubscriberOptions = {
  url: string;
  name: string;
  logger: Logger;
  /** After a reconnect, with every subscription made again: whatever was published in between is lost, so everything is suspect. */
  onReconnect: () => void;
};

/** A connection for messages alone. */
export function createSubscriber({ url, name, logger, onReconnect }: SubscriberOptions): Subscriber {
  const wanted = new Map<string, Listener>();
  const subscribed = new Set<string>();
  const turns = new Map<string, Promise<void>>();
  let wasReady = false;
  let isStopped = false;
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

  function deliver(message: Buffer, channel: Buffer): void {
    // An exception here would break the reader of the connection.
    try {
      wanted.get(channel.toString())?.(message);
    } catch (error) {
      logger.error({ err: error, redis: name }, 'a message could not be handled');
    }
  }

  /** Makes what is so what is wanted, which may change meanwhile. */
  async function settle(channel: string): Promise<void> {
    for (let attempt = 0; !isStopped && wanted.has(channel) !== subscribed.has(channel); attempt++) {
      try {
        if (wanted.has(channel)) {
          await client.subscribe(channel, deliver, true);
          subscribed.add(channel);
        } else {
          await client.unsubscribe(channel);
          subscribed.delete(channel);
        }
      } catch {
        await delay(20 + backoffMs(attempt, { baseMs: 50, maxMs: 1_000 }), undefined, { ref: false });
      }
    }
  }

  /** Commands of one channel do not overtake each other. */
  async function inTurn(channel: string): Promise<void> {
    const turn = (turns.get(channel) ?? Promise.resolve()).then(() => settle(channel));
    turns.set(channel, turn);
    await turn;
    if (turns.get(channel) === turn) turns.delete(channel);
  }

  return {
    subscribe(channel, onMessage) {
      wanted.set(channel, onMessage);
      return inTurn(channel);
    },
    unsubscribe(channel) {
      wanted.delete(channel);
      return inTurn(channel);
    },
    get isReady() {
      return client.isReady;
    },
    async check() {
      await client.ping();
    },
    async stop() {
      isStopped = true;
      await stop();
    },
  };
}

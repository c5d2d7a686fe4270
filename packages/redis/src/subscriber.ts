import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, type Logger } from '@confab/runtime';
import { ErrorReply } from 'redis';
import type { Connection } from './client.ts';
import { type Observe, unobserved } from './observer.ts';
import { openServers } from './open.ts';
import { slotOf } from './slot.ts';

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
  /** Of one Redis; or of nodes of a cluster, separated by commas. */
  url: string;
  name: string;
  logger: Logger;
  /** The process's. */
  observe?: Observe;
  /**
   * After a reconnect, or after channels have gone to another node, with every subscription made again: whatever was
   * published in between is lost, so everything is suspect.
   */
  onReconnect: () => void;
};

const longMs = 1_000;

/**
 * Connections for messages alone, one a node. Sharded pub/sub: a channel is served where a key of its name would be, and
 * a message crosses no other node.
 */
export function createSubscriber({ url, name, logger, observe = unobserved, onReconnect }: SubscriberOptions): Subscriber {
  const wanted = new Map<string, Listener>();
  /** Where each was acknowledged. */
  const heardAt = new Map<string, Connection>();
  const turns = new Map<string, Promise<void>>();
  /** Where each is being asked for just now. */
  const asked = new Map<string, { at: Connection; giveUp: (why: Error) => void }>();
  const met = new WeakSet<Connection>();
  let isStopped = false;
  const servers = openServers({ url, name, logger, queue: true, observe, ready, changed });

  const ownerOf = (channel: string): Connection | undefined => servers.of(slotOf(channel));
  const isElsewhere = (channel: string, at: Connection): boolean => ownerOf(channel) !== at;

  function ready(connection: Connection): void {
    if (met.has(connection)) void resettle((_channel, at) => at === connection).then(suspectAll);
    else {
      met.add(connection);
      connection.client.on('sharded-channel-moved', (channel: string) => {
        servers.doubt();
        void resettle((each, at) => each === channel && at === connection).then(suspectAll);
      });
    }
  }

  function changed(): void {
    // Whoever waits for a node that is gone would wait until it comes back.
    for (const [channel, { at, giveUp }] of asked) if (isElsewhere(channel, at)) giveUp(new Error(`${channel} is served elsewhere now`));
    if ([...heardAt].some(([channel, at]) => isElsewhere(channel, at))) void resettle(isElsewhere).then(suspectAll);
  }

  function suspectAll(): void {
    if (!isStopped) onReconnect();
  }

  /** Makes lost subscriptions again. Those that take long do not hold up what is said of the others, and are suspect once more. */
  async function resettle(isLost: (channel: string, at: Connection) => boolean): Promise<void> {
    const lost = [...heardAt].filter(([channel, at]) => isLost(channel, at));
    for (const [channel, at] of lost) {
      heardAt.delete(channel);
      if (ownerOf(channel) !== at) at.client.sUnsubscribe(channel, deliver, true).catch(() => undefined);
    }
    const all = Promise.all(lost.map(([channel]) => inTurn(channel))).then(() => 'all' as const);
    if ((await Promise.race([all, delay(longMs, 'some' as const, { ref: false })])) === 'some') void all.then(suspectAll);
  }

  function deliver(message: Buffer, channel: Buffer): void {
    // An exception here would break the reader of the connection.
    try {
      wanted.get(channel.toString())?.(message);
    } catch (error) {
      logger.error({ err: error, redis: name }, 'a message could not be handled');
    }
  }

  async function ask(channel: string, at: Connection): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    asked.set(channel, { at, giveUp: reject });
    const subscribing = at.client.sSubscribe(channel, deliver, true);
    try {
      await Promise.race([subscribing, promise]);
    } catch (error) {
      subscribing.then(() => at.client.sUnsubscribe(channel, deliver, true)).catch(() => undefined);
      throw error;
    } finally {
      asked.delete(channel);
    }
  }

  /** Makes what is so what is wanted, which may change meanwhile. */
  async function settle(channel: string): Promise<void> {
    for (let attempt = 0; !isStopped && wanted.has(channel) !== heardAt.has(channel); attempt++) {
      const at = heardAt.get(channel) ?? ownerOf(channel);
      try {
        if (at === undefined) throw new Error(`nobody serves ${channel}`);
        if (wanted.has(channel)) {
          await ask(channel, at);
          heardAt.set(channel, at);
        } else {
          await at.client.sUnsubscribe(channel, deliver, true);
          heardAt.delete(channel);
        }
      } catch (error) {
        if (error instanceof ErrorReply && at !== undefined && error.message.startsWith('MOVED ')) {
          // There it is not heard any more, whatever was wanted.
          heardAt.delete(channel);
          servers.moved(slotOf(channel), error.message.split(' ')[2] ?? '', at);
        }
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
      return servers.isReady;
    },
    async check() {
      await Promise.all(servers.all().map(({ inTime }) => observe('PING', () => inTime().ping())));
    },
    async stop() {
      isStopped = true;
      await servers.stop();
    },
  };
}

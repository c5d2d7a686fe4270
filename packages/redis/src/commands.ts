import type { RESP_TYPES, RedisClientType } from 'redis';
import type { RedisClient } from './client.ts';
import type { Observe } from './observer.ts';

/** They name their key first, so that it can be found. Each key is another command: on a cluster they live on different nodes. */
const keyed = ['get', 'set', 'del', 'exists', 'ttl', 'pTTL', 'hGet', 'hGetAll', 'hmGet', 'hSet', 'hDel', 'zAdd', 'zCard', 'zScore', 'xRange', 'sPublish'] as const;
const scripts = ['eval', 'evalSha'] as const;
type Name = (typeof keyed)[number] | (typeof scripts)[number];

/** Of Redis 7.0, no newer. */
export type Commands = Omit<Pick<RedisClient, Name>, 'del' | 'sPublish'> & {
  del(key: string): Promise<number>;
  /** Heard by those who subscribed to this channel, on the node that its hash tag says. */
  sPublish(channel: string, message: string | Buffer): Promise<number>;
};

export type BufferCommands = Pick<RedisClientType<{}, {}, {}, 3, { [RESP_TYPES.BLOB_STRING]: typeof Buffer }>, Exclude<Name, 'del' | 'sPublish'>>;

type AnyCommand = (...args: unknown[]) => Promise<unknown>;

export type Route = (key: string | Buffer, command: (client: RedisClient) => Promise<unknown>) => Promise<unknown>;

/** `route` finds the client for the key, and asks another where it was sent elsewhere. To whoever looks on that is one command. */
export function routed<T>(route: Route, view: (client: RedisClient) => object, observe: Observe): T {
  const command = (name: Name, keyOf: (args: readonly unknown[]) => unknown): [Name, AnyCommand] => {
    const upperName = name.toUpperCase();
    return [name, (...args) => observe(upperName, () => route(checked(name, keyOf(args)), (client) => (view(client) as Record<Name, AnyCommand>)[name](...args)))];
  };
  return Object.fromEntries([
    ...keyed.map((name) => command(name, ([key]) => key)),
    ...scripts.map((name) => command(name, ([, options]) => (options as { keys?: readonly unknown[] } | undefined)?.keys?.[0])),
  ]) as T;
}

function checked(name: Name, key: unknown): string | Buffer {
  if (typeof key === 'string' || Buffer.isBuffer(key)) return key;
  throw new TypeError(`${name} names no key, and so no node`);
}

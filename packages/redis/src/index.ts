/**
 * Redis: clients that notice a server that is gone or hangs and never give up on it, subscriptions, scripts, caches. Knows no
 * subject: keys and what they mean belong to whoever uses it. Durations are in milliseconds.
 */
export type { Version } from './cache-entries.ts';
export type { Cache, Load, Loaded } from './cache.ts';
export { createCaches, type Caches, type CachesOptions } from './caches.ts';
export type { RedisClient } from './client.ts';
export type { Commands } from './commands.ts';
export type { Ask, RedisUse } from './guard.ts';
export { createRedisObserver, type Observe, type ObserverOptions } from './observer.ts';
export { createRedis, type Redis, type RedisOptions } from './redis.ts';
export { type Argument, defineScript, type Script } from './script.ts';
export { createSubscriber, type Listener, type Subscriber, type SubscriberOptions } from './subscriber.ts';
export { within } from './within.ts';

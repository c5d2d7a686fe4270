import type { Breakers } from '@confab/runtime';
import { ErrorReply } from 'redis';
import { createPatience } from './patience.ts';

/** What Redis is asked for. Each has its own breaker: a heavy one that fails must not stop the others. */
export type RedisUse = 'cache' | 'limiter' | 'sessions' | 'publish' | 'leases' | 'replay';

/** Rejects without asking while this use is given up on, and, but for two uses, when the answer does not come in time. */
export type Ask = <T>(command: () => Promise<T>) => Promise<T>;

/**
 * Here the client's own limits must do. What is published nobody waits for, and given up early it would be told twice; what Redis says
 * of a connection's place is obeyed however late it comes, and whoever waits for it has a limit of his own.
 */
const unhurried: ReadonlySet<RedisUse> = new Set(['publish', 'leases']);

/** An answer that the server gives when it cannot serve anybody, not only this command. */
const outOfService = /^(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY|NOREPLICAS|MISCONF|OOM|BUSY) /;

export function createGuards(breakers: Breakers): (use: RedisUse) => Ask {
  const guards = new Map<RedisUse, Ask>();
  const inTime = createPatience(breakers.settings.callMs);
  return (use) => {
    const known = guards.get(use);
    if (known !== undefined) return known;
    const breaker = breakers.create(`redis_${use}`, isOutage);
    const ask: Ask = unhurried.has(use) ? (command) => breaker.run(command) : (command) => breaker.run(() => inTime(command()));
    guards.set(use, ask);
    return ask;
  };
}

/** Not every rejection is one: a limiter rejects with its count, and a script's error is an answer. */
function isOutage(error: unknown): boolean {
  if (error instanceof ErrorReply) return outOfService.test(error.message);
  return error instanceof Error;
}

import type { Breaker, Breakers } from '@confab/runtime';
import { ErrorReply } from 'redis';
import { within } from './within.ts';

/** What Redis is asked for. Each has its own breaker: a heavy one that fails must not stop the others. */
export type RedisUse = 'cache' | 'limiter' | 'sessions' | 'publish' | 'leases' | 'replay';

/** Rejects without asking while this use is given up on, and, but for two uses, when the answer does not come in time. */
export type Ask = <T>(command: () => Promise<T>) => Promise<T>;

/** An answer that the server gives when it cannot serve anybody, not only this command. */
const outOfService = /^(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY|NOREPLICAS|MISCONF|OOM|BUSY) /;

export function createGuards(breakers: Breakers): (use: RedisUse) => Ask {
  const guards = new Map<RedisUse, Ask>();
  return (use) => {
    const known = guards.get(use);
    if (known !== undefined) return known;
    const breaker = breakers.create(`redis_${use}`, isOutage);
    const { callMs } = breakers.settings;
    const asks: Partial<Record<RedisUse, Ask>> = {
      // Nobody waits for what is published, and the client has its own limits; given up early it would be told twice.
      publish: (command) => breaker.run(command),
      // Who is late is counted so, and obeyed all the same: what Redis says of a place is what counts.
      leases: (command) => judged(breaker, command, callMs),
    };
    const ask: Ask = asks[use] ?? ((command) => breaker.run(() => within(command(), callMs)));
    guards.set(use, ask);
    return ask;
  };
}

async function judged<T>(breaker: Breaker, command: () => Promise<T>, callMs: number): Promise<T> {
  let answer: Promise<T> | undefined;
  try {
    return await breaker.run(() => within((answer = command()), callMs));
  } catch (error) {
    if (answer === undefined) throw error;
    return answer;
  }
}

/** Not every rejection is one: a limiter rejects with its count, and a script's error is an answer. */
function isOutage(error: unknown): boolean {
  if (error instanceof ErrorReply) return outOfService.test(error.message);
  return error instanceof Error;
}

import { createHash } from 'node:crypto';

import { defineScript, type Redis } from '@confab/redis';
import { AppError } from '@confab/runtime';

import { networkOf } from '../network.ts';

const windowSeconds = 900;
const perAccountAndAddress = 5;
const perAddress = 20;

const look = defineScript({
  numberOfKeys: 1,
  lua: `return { tonumber(redis.call('GET', KEYS[1])) or 0, redis.call('TTL', KEYS[1]) }`,
});

const count = defineScript({
  numberOfKeys: 1,
  lua: `
    local n = redis.call('INCR', KEYS[1])
    if n == 1 then redis.call('EXPIRE', KEYS[1], ${windowSeconds}) end
    return { n, redis.call('TTL', KEYS[1]) }`,
});

/**
 * Wrong passwords, counted for an account and an address together and for the address alone, so that a stranger elsewhere
 * cannot lock the owner out. Whoever is over the limit is told so even with the right one. Without Redis nobody signs in.
 */
export interface Attempts {
  /** Throws rate.limited; to be asked before the password is looked at, and once more after it was right. */
  assertMay(account: string, address: string): Promise<void>;
  /** Throws rate.limited when this one is too many. */
  countWrong(account: string, address: string): Promise<void>;
  forget(account: string, address: string): Promise<void>;
}

export function createAttempts({ redis }: { redis: Redis }): Attempts {
  const guarded = redis.guard('limiter');
  const key = (text: string) => `attempts:${createHash('sha256').update(text).digest('base64url')}`;
  const both = (account: string, address: string) => ({ key: key(`${account}\n${networkOf(address)}`), limit: perAccountAndAddress });
  const alone = (address: string) => ({ key: key(networkOf(address)), limit: perAddress });

  async function ask(script: typeof look, account: string, address: string, isOver: (n: number, limit: number) => boolean): Promise<void> {
    const counters = [both(account, address), alone(address)];
    const answers = await guarded(() => Promise.all(counters.map((counter) => script.run(redis.client, [counter.key])))).catch((error: unknown) => {
      throw new AppError('redis.unavailable', { cause: error });
    });
    const waits = (answers as [number, number][]).flatMap(([n, ttl], index) => (isOver(n, counters[index]?.limit ?? 0) ? [Math.max(ttl, 1)] : []));
    if (waits.length > 0) throw new AppError('rate.limited', { retryAfterSeconds: Math.max(...waits) });
  }

  return {
    assertMay: (account, address) => ask(look, account, address, (n, limit) => n >= limit),
    countWrong: (account, address) => ask(count, account, address, (n, limit) => n > limit),
    async forget(account, address) {
      await guarded(() => redis.client.del(both(account, address).key)).catch(() => undefined);
    },
  };
}

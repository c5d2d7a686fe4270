import { operationRateLimits, rateLimits, type RateLimit, type RateLimitClass } from '@confab/contract';
import { networkOf } from '@confab/core';
import { defineScript, type Redis } from '@confab/redis';
import { AppError, type Logger, type Metrics } from '@confab/runtime';
import type { Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { OperationSpec } from './document.ts';
import { exchangeOf } from './exchange.ts';

type Scope = 'user' | 'address';
type Limiter = RateLimit & {
  readonly name: string;
  readonly scope: Scope;
  /** Counts while Redis is out; absent where guessing would be worse than waiting. */
  readonly local: RateLimiterMemory | undefined;
  /** Who has used it up, and until when, in the process's own time: he is refused without asking anybody. */
  readonly usedUp: Map<string, number>;
};
type Counted = { readonly isOver: boolean; readonly left: number; readonly resetMs: number };
export type Spent = Counted & { readonly limiter: Limiter; readonly resetSeconds: number };

export type RateLimits = {
  /** Throws rate.limited if this process knows that the address's is used up: then nothing else is asked. */
  refuseKnown(response: Response, operation: OperationSpec | undefined, address: string): void;
  /** Before anything is known but where it comes from. Undefined where the operation has no such limit. */
  countAddress(operation: OperationSpec | undefined, address: string): Promise<Spent | undefined>;
  /** Once the caller is known. */
  countUser(operation: OperationSpec | undefined, userId: string): Promise<Spent | undefined>;
  /** Says it in the answer's headers. Throws rate.limited. */
  judge(response: Response, spent: Spent | undefined): void;
};

const mostUsedUp = 10_000;

const countOne = defineScript({
  numberOfKeys: 1,
  lua: `
    local count = redis.call('INCR', KEYS[1])
    local left = redis.call('PTTL', KEYS[1])
    if left >= 0 then return {count, left} end
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    return {count, tonumber(ARGV[1])}`,
});

/**
 * The operation's class (`x-rate-limit`) says how many requests, counted in Redis for all API processes together. While Redis
 * is out, or hangs, a process counts by itself, or refuses.
 */
export function createRateLimits({ redis, logger, metrics }: { redis: Redis; logger: Logger; metrics: Metrics }): RateLimits {
  const refusals = metrics.counter({
    name: 'confab_rate_limited_total',
    help: 'Requests refused because their class was used up, by class and by what it is counted for.',
    labelNames: ['class', 'scope'],
  });
  const limiters = { address: limitersOf('address'), user: limitersOf('user') };
  for (const { name, scope } of [...limiters.address.values(), ...limiters.user.values()]) refusals.inc({ class: name, scope }, 0);
  const ask = redis.guard('limiter');

  async function countInRedis({ name, scope, limit, windowSeconds }: Limiter, key: string): Promise<Counted> {
    const [count, resetMs] = (await ask(() => countOne.run(redis.client, [`limit:${name}:${scope}:${key}`], [String(windowSeconds * 1_000)]))) as [number, number];
    return { isOver: count > limit, left: Math.max(0, limit - count), resetMs };
  }

  async function count(limiter: Limiter, key: string): Promise<Counted> {
    try {
      const counted = await countInRedis(limiter, key);
      if (counted.isOver) remember(limiter, key, counted.resetMs);
      return counted;
    } catch (error) {
      logger.debug({ err: error, class: limiter.name }, 'requests cannot be counted in redis');
      if (limiter.local === undefined) throw new AppError('redis.unavailable', { cause: error });
      return countHere(limiter.local, key);
    }
  }

  const limiterOf = (scope: Scope, operation: OperationSpec | undefined) => operation && limiters[scope].get(operationRateLimits[operation.operationId]);

  async function spend(limiter: Limiter | undefined, key: string): Promise<Spent | undefined> {
    return limiter && (knownOf(limiter, key) ?? spent(limiter, await count(limiter, key)));
  }

  function judge(response: Response, spent: Spent | undefined): void {
    if (spent === undefined) return;
    const exchange = exchangeOf(response);
    exchange.spent = [...(exchange.spent ?? []), spent];
    for (const [name, value] of headersOf(exchange.spent)) response.setHeader(name, value);
    if (!spent.isOver) return;
    const { name, scope } = spent.limiter;
    refusals.inc({ class: name, scope });
    throw new AppError('rate.limited', { retryAfterSeconds: spent.resetSeconds });
  }

  return {
    judge,
    refuseKnown(response, operation, address) {
      const limiter = limiterOf('address', operation);
      if (limiter !== undefined) judge(response, knownOf(limiter, networkOf(address)));
    },
    countAddress: (operation, address) => spend(limiterOf('address', operation), networkOf(address)),
    countUser: (operation, userId) => spend(limiterOf('user', operation), userId),
  };
}

function limitersOf(scope: Scope): Map<RateLimitClass, Limiter> {
  const found = new Map<RateLimitClass, Limiter>();
  for (const [name, { outage, ...scopes }] of Object.entries(rateLimits)) {
    const limit: RateLimit | null = scopes[scope];
    if (limit === null) continue;
    const local = outage === 'local' ? new RateLimiterMemory({ points: limit.limit, duration: limit.windowSeconds, keyPrefix: `${name}:${scope}` }) : undefined;
    found.set(name as RateLimitClass, { ...limit, name, scope, local, usedUp: new Map() });
  }
  return found;
}

function spent(limiter: Limiter, counted: Counted): Spent {
  return { ...counted, limiter, resetSeconds: Math.max(1, Math.ceil(counted.resetMs / 1000)) };
}

function knownOf(limiter: Limiter, key: string): Spent | undefined {
  const until = limiter.usedUp.get(key);
  if (until === undefined) return undefined;
  const resetMs = until - performance.now();
  if (resetMs > 0) return spent(limiter, { isOver: true, left: 0, resetMs });
  limiter.usedUp.delete(key);
  return undefined;
}

function remember({ usedUp }: Limiter, key: string, forMs: number): void {
  usedUp.delete(key);
  usedUp.set(key, performance.now() + forMs);
  for (const oldest of usedUp.keys()) {
    if (usedUp.size <= mostUsedUp) break;
    usedUp.delete(oldest);
  }
}

/** The library rejects with its count when there are too many. */
async function countHere(local: RateLimiterMemory, key: string): Promise<Counted> {
  const consumed = await local.consume(key).catch((reason: unknown) => {
    if (reason instanceof RateLimiterRes) return { ...reason.toJSON(), isOver: true };
    throw reason;
  });
  return { isOver: 'isOver' in consumed, left: consumed.remainingPoints, resetMs: consumed.msBeforeNext };
}

/** Every limit that was counted is named, and of the tightest how much is left. */
function headersOf(all: readonly Spent[]): [string, string][] {
  const nameOf = ({ name, scope }: Limiter) => `"${name}-${scope}"`;
  const tightest = all.reduce((a, b) => (b.left / b.limiter.limit < a.left / a.limiter.limit ? b : a));
  return [
    ['RateLimit-Policy', all.map(({ limiter }) => `${nameOf(limiter)};q=${limiter.limit};w=${limiter.windowSeconds}`).join(', ')],
    ['RateLimit', `${nameOf(tightest.limiter)};r=${tightest.left};t=${tightest.resetSeconds}`],
  ];
}

import { operationRateLimits, rateLimits, type RateLimit, type RateLimitClass } from '@confab/contract';
import { networkOf } from '@confab/core';
import type { Redis } from '@confab/redis';
import { AppError, type Logger, type Metrics } from '@confab/runtime';
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { exchangeOf } from './exchange.ts';

type Scope = 'user' | 'address';
type Limiter = RateLimit & {
  readonly name: string;
  readonly scope: Scope;
  readonly shared: RateLimiterRedis;
  /** Counts while Redis is out; absent where guessing would be worse than waiting. */
  readonly local: RateLimiterMemory | undefined;
};
export type Spent = { readonly limiter: Limiter; readonly left: number; readonly resetSeconds: number };

export type RateLimits = {
  /** Before anything is known but where it comes from. */
  readonly perAddress: RequestHandler;
  /** Once the caller is known. */
  readonly perUser: RequestHandler;
};

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
  const limiters = new Map(Object.keys(rateLimits).map((name) => [name as RateLimitClass, limitersOf(name as RateLimitClass, redis)]));
  for (const { name, scope } of [...limiters.values()].flat()) refusals.inc({ class: name, scope }, 0);
  const ask = redis.guard('limiter');

  async function count({ shared, local, name }: Limiter, key: string): Promise<{ isOver: boolean; counted: RateLimiterRes }> {
    try {
      return await outcome(ask(() => shared.consume(key)));
    } catch (error) {
      logger.debug({ err: error, class: name }, 'requests cannot be counted in redis');
      if (local === undefined) throw new AppError('redis.unavailable', { cause: error });
      return outcome(local.consume(key));
    }
  }

  async function spend(response: Response, limiter: Limiter, key: string): Promise<void> {
    const { isOver, counted } = await count(limiter, key);
    const spent = { limiter, left: counted.remainingPoints, resetSeconds: Math.max(1, Math.ceil(counted.msBeforeNext / 1000)) };
    const exchange = exchangeOf(response);
    exchange.spent = [...(exchange.spent ?? []), spent];
    response.set(headersOf(exchange.spent));
    if (!isOver) return;
    refusals.inc({ class: limiter.name, scope: limiter.scope });
    throw new AppError('rate.limited', { retryAfterSeconds: spent.resetSeconds });
  }

  function limit(scope: Scope): RequestHandler {
    return async (request, response, next) => {
      const { operation, actor } = exchangeOf(response);
      const limiter = operation && limiters.get(operationRateLimits[operation.operationId])?.find((candidate) => candidate.scope === scope);
      const key = scope === 'user' ? actor?.userId : networkOf(request.ip ?? '');
      if (limiter !== undefined && key !== undefined) await spend(response, limiter, key);
      next();
    };
  }

  return { perAddress: limit('address'), perUser: limit('user') };
}

function limitersOf(name: RateLimitClass, redis: Redis): Limiter[] {
  const { outage, ...scopes } = rateLimits[name];
  return (['address', 'user'] as const).flatMap((scope) => {
    const limit: RateLimit | null = scopes[scope];
    if (limit === null) return [];
    const options = { points: limit.limit, duration: limit.windowSeconds, keyPrefix: `limit:${name}:${scope}` };
    const shared = new RateLimiterRedis({ ...options, storeClient: redis.client, useRedisPackage: true, rejectIfRedisNotReady: true });
    return [{ ...limit, name, scope, shared, local: outage === 'local' ? new RateLimiterMemory(options) : undefined }];
  });
}

/** The library rejects with its count when there are too many, and with an error when it cannot count. */
async function outcome(consuming: Promise<RateLimiterRes>): Promise<{ isOver: boolean; counted: RateLimiterRes }> {
  try {
    return { isOver: false, counted: await consuming };
  } catch (reason) {
    if (reason instanceof RateLimiterRes) return { isOver: true, counted: reason };
    throw reason;
  }
}

/** Every limit that was counted is named, and of the tightest how much is left. */
function headersOf(all: readonly Spent[]): Record<string, string> {
  const nameOf = ({ name, scope }: Limiter) => `"${name}-${scope}"`;
  const tightest = all.reduce((a, b) => (b.left / b.limiter.limit < a.left / a.limiter.limit ? b : a));
  return {
    'RateLimit-Policy': all.map(({ limiter }) => `${nameOf(limiter)};q=${limiter.limit};w=${limiter.windowSeconds}`).join(', '),
    RateLimit: `${nameOf(tightest.limiter)};r=${tightest.left};t=${tightest.resetSeconds}`,
  };
}

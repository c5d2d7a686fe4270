import { operationRateLimits, rateLimits, type RateLimit, type RateLimitClass } from '@confab/contract';
import type { Redis } from '@confab/redis';
import { AppError, type Counter, type Logger, type Metrics } from '@confab/runtime';
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { exchangeOf } from './exchange.ts';

type Scope = 'user' | 'address';
type Limiter = RateLimit & { readonly name: string; readonly scope: Scope; readonly outage: 'closed' | 'local'; readonly counter: RateLimiterAbstract };
export type Spent = { readonly limiter: Limiter; readonly left: number; readonly resetSeconds: number };

export type RateLimits = {
  /** Before anything is known but where it comes from. */
  readonly perAddress: RequestHandler;
  /** Once the caller is known. */
  readonly perUser: RequestHandler;
};

/**
 * The operation's class (`x-rate-limit`) says how many requests, counted in Redis for all API processes together. While Redis
 * is out a process counts by itself, or refuses where guessing would be worse than waiting.
 */
export function createRateLimits({ redis, logger, metrics }: { redis: Redis; logger: Logger; metrics: Metrics }): RateLimits {
  const refusals = metrics.counter({
    name: 'confab_rate_limited_total',
    help: 'Requests refused because their class was used up, by class and by what it is counted for.',
    labelNames: ['class', 'scope'],
  });
  const limiters = new Map(Object.keys(rateLimits).map((name) => [name as RateLimitClass, limitersOf(name as RateLimitClass, redis)]));

  function limit(scope: Scope): RequestHandler {
    return async (request, response, next) => {
      const { operation, actor } = exchangeOf(response);
      const limiter = operation && limiters.get(operationRateLimits[operation.operationId])?.find((candidate) => candidate.scope === scope);
      const key = scope === 'user' ? actor?.userId : request.ip;
      if (limiter !== undefined && key !== undefined) announce(response, await spend(limiter, key, refusals, logger));
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
    const local = outage === 'local' ? { insuranceLimiter: new RateLimiterMemory(options) } : {};
    const counter = new RateLimiterRedis({ ...options, ...local, storeClient: redis.client, useRedisPackage: true, rejectIfRedisNotReady: true });
    return [{ ...limit, name, scope, outage, counter }];
  });
}

async function spend(limiter: Limiter, key: string, refusals: Counter<'class' | 'scope'>, logger: Logger): Promise<Spent> {
  try {
    return spentOf(limiter, await limiter.counter.consume(key));
  } catch (reason) {
    if (!(reason instanceof RateLimiterRes)) {
      logger.warn({ err: reason, class: limiter.name }, 'requests cannot be counted');
      throw new AppError('redis.unavailable', { cause: reason });
    }
    refusals.inc({ class: limiter.name, scope: limiter.scope });
    const spent = spentOf(limiter, reason);
    throw new AppError('rate.limited', { retryAfterSeconds: spent.resetSeconds, headers: headersOf([spent]) });
  }
}

function spentOf(limiter: Limiter, { remainingPoints, msBeforeNext }: RateLimiterRes): Spent {
  return { limiter, left: remainingPoints, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
}

/** The answer names every limit that was counted, and of the tightest how much is left. */
function announce(response: Response, spent: Spent): void {
  const exchange = exchangeOf(response);
  const all = [...(exchange.spent ?? []), spent];
  exchange.spent = all;
  response.set(headersOf(all));
}

function headersOf(all: readonly Spent[]): Record<string, string> {
  const nameOf = ({ name, scope }: Limiter) => `"${name}-${scope}"`;
  const tightest = all.reduce((a, b) => (b.left / b.limiter.limit < a.left / a.limiter.limit ? b : a));
  return {
    'RateLimit-Policy': all.map(({ limiter }) => `${nameOf(limiter)};q=${limiter.limit};w=${limiter.windowSeconds}`).join(', '),
    RateLimit: `${nameOf(tightest.limiter)};r=${tightest.left};t=${tightest.resetSeconds}`,
  };
}

import { defineScript, type Redis } from '@confab/redis';
import type { Logger } from '@confab/runtime';

import { repeatWithinMs, type RefreshVerdict } from './sessions.policy.ts';

const keptSeconds = 30 * 86_400;

/** What PostgreSQL says of a session's refresh tokens. */
export interface KnownGeneration {
  readonly generation: number;
  readonly usedAt: number | null;
}

/** `judgeRefresh`, and the step to the next generation, as one: whoever comes second meets what the first has made. */
const turn = defineScript({
  numberOfKeys: 1,
  lua: `
    local token, now, grace = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local generation = tonumber(redis.call('HGET', KEYS[1], 'generation'))
    local used = tonumber(redis.call('HGET', KEYS[1], 'used'))
    local known = tonumber(ARGV[5])
    if known and (not generation or known > generation) then
      generation, used = known, tonumber(ARGV[6])
    end
    if not generation then return 'unknown' end
    if token >= generation then
      redis.call('HSET', KEYS[1], 'generation', token + 1)
      redis.call('HDEL', KEYS[1], 'used')
      redis.call('EXPIRE', KEYS[1], ARGV[4])
      return 'rotate'
    end
    if token == generation - 1 and (not used or now - used < grace) then return 'repeat' end
    return 'reuse'`,
});

const use = defineScript({
  numberOfKeys: 1,
  lua: `
    if redis.call('HGET', KEYS[1], 'generation') == ARGV[1] then redis.call('HSETNX', KEYS[1], 'used', ARGV[2]) end
    return 1`,
});

/** The live generation of each session and its first use. May be emptied at any time; nothing here throws. */
export interface RefreshStore {
  /** `unknown` unless `known` is given: ask the database and come again. `away`: decide without Redis. */
  turn(sessionId: string, token: number, now: number, known?: KnownGeneration): Promise<RefreshVerdict | 'unknown' | 'away'>;
  markUsed(sessionId: string, generation: number, now: number): Promise<void>;
  forget(sessionId: string): Promise<void>;
}

export function createRefreshStore({ redis, logger }: { redis: Redis; logger: Logger }): RefreshStore {
  const ask = redis.guard('sessions');
  const key = (sessionId: string) => `refresh:${sessionId}`;
  return {
    async turn(sessionId, token, now, known) {
      const args = [token, now, repeatWithinMs, keptSeconds, known?.generation ?? '', known?.usedAt ?? ''].map(String);
      try {
        return (await ask(() => turn.run(redis.client, [key(sessionId)], args))) as RefreshVerdict | 'unknown';
      } catch (error) {
        logger.warn({ err: error, sessionId }, 'a refresh is decided without redis');
        return 'away';
      }
    },
    async markUsed(sessionId, generation, now) {
      await ask(() => use.run(redis.client, [key(sessionId)], [String(generation), String(now)])).catch(() => undefined);
    },
    async forget(sessionId) {
      await ask(() => redis.client.del(key(sessionId))).catch(() => undefined);
    },
  };
}

import { defineScript, type Redis } from '@confab/redis';
import type { Logger } from '@confab/runtime';

/** Far longer than a replica in rotation may lag. */
const keptSeconds = 30;
/** Users share a marker, and it must lie where their positions do, on a cluster too. */
const partitions = 16;

const keep = defineScript({
  numberOfKeys: 1,
  lua: `
    local known = redis.call('GET', KEYS[1])
    redis.call('SET', KEYS[1], known and known > ARGV[1] and known or ARGV[1], 'EX', ARGV[2])
    return 1`,
});

/**
 * What is missing says nothing unless Redis has been this one (its run id), and not been emptied (the marker), for as
 * long as positions are kept. After a restart what is there may be from before the last second, too. Which one it is costs
 * more to say than all the rest, so who knows it says it.
 */
const find = defineScript({
  numberOfKeys: 2,
  lua: `
    local run = ARGV[2]
    if run == '' then run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') end
    local time = tonumber(redis.call('TIME')[1])
    local known, since = string.match(redis.call('GET', KEYS[2]) or '', '(%w+) (%d+)')
    if known ~= run then
      redis.call('SET', KEYS[2], run .. ' ' .. time)
      return {run, 'unknown'}
    end
    if time - tonumber(since) <= tonumber(ARGV[1]) then return {run, 'unknown'} end
    return {run, redis.call('GET', KEYS[1])}`,
});

export interface PositionStore {
  /** The higher wins. False: Redis may not have it. */
  keep(userId: string, position: string): Promise<boolean>;
  /** Of the last write in the last half minute. `unknown`: there may be one that Redis does not know of. */
  find(userId: string): Promise<string | undefined>;
}

/** Where in the primary's log a user has last written. Nothing here throws. */
export function createPositionStore({ redis, logger }: { redis: Redis; logger: Logger }): PositionStore {
  const ask = redis.guard('sessions');
  /** By marker, as on a cluster each may be on another server: its run id, and until when it stays what it is. */
  const runs = new Map<string, { readonly id: string; readonly changes: number }>();
  const keysOf = (userId: string): [string, string] => {
    const tag = `{p${Number.parseInt(userId.slice(-2), 16) % partitions}}`;
    return [`${tag}:position:${userId}`, `${tag}:positions`];
  };

  return {
    async keep(userId, position) {
      try {
        await ask(() => keep.run(redis.client, [keysOf(userId)[0]], [sortable(position), String(keptSeconds)]));
        return true;
      } catch (error) {
        logger.debug({ err: error, userId }, 'redis does not keep a position');
        return false;
      }
    },
    async find(userId) {
      const keys = keysOf(userId);
      const { changes } = redis;
      const known = runs.get(keys[1]);
      const run = known?.changes === changes ? known.id : '';
      try {
        const [id, position] = (await ask(() => find.run(redis.client, keys, [String(keptSeconds), run]))) as [string, string | null];
        if (redis.changes === changes) runs.set(keys[1], { id, changes });
        // Somebody else may have answered than the one whose name we gave.
        else if (run !== '') return 'unknown';
        return position ?? undefined;
      } catch {
        return 'unknown';
      }
    },
  };
}

/** Both halves at full length, so that texts compare as what they mean. */
function sortable(text: string): string {
  return text.split('/').map((half) => half.toUpperCase().padStart(8, '0')).join('/');
}

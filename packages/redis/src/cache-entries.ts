import { randomUUID } from 'node:crypto';
import type { Redis } from './redis.ts';
import { defineScript } from './script.ts';

/** What the truth said of a key: which state of it, and, where its stream has numbers, at which. */
export type Version = { readonly version: string; readonly seq: number };

/** Undefined as a value: the truth has nothing there. */
export type Entry<T> = Version & { readonly value: T | undefined };

export type Found<T> =
  /** Nothing is there; whoever was granted the lease may fill it. */
  | { readonly state: 'granted'; readonly token: string }
  | { readonly state: 'leased'; readonly token: string }
  | { readonly state: 'filled'; readonly entry: Entry<T> };

/** All of these reject when Redis does not answer. */
export type Entries<T> = {
  /** An entry of the version `passOver` counts as none. */
  find(key: string, passOver: string | undefined): Promise<Found<T>>;
  /** Does nothing unless the lease still stands; without an entry it is given back. */
  fill(key: string, token: string, entry: Entry<T> | undefined): Promise<void>;
  remove(keys: readonly string[]): Promise<void>;
};

export type EntriesOptions = {
  redis: Redis;
  /** Which history the truth is of. What was put away of another one is not found: it may bear the same versions. */
  epoch: () => Promise<string>;
  name: string;
  schemaVersion: number;
  ttlMs: number;
  negativeTtlMs: number;
};

/** No load takes longer; a fill that comes later is refused. After the death of a loader, so long nobody fills. */
const leaseMs = 10_000;

/**
 * One key holds either the value or the lease of whoever loads it, so that deleting it takes both: what was loaded before
 * an invalidation finds its lease gone, or somebody else's. Tokens are used once.
 */
const find = defineScript({
  numberOfKeys: 1,
  lua: `
    local found = redis.call('GET', KEYS[1])
    if found and (ARGV[3] == '' or string.sub(found, 1, #ARGV[3]) ~= ARGV[3]) then return found end
    redis.call('SET', KEYS[1], 'L' .. ARGV[1], 'PX', ARGV[2])
    return false`,
});

const fill = defineScript({
  numberOfKeys: 1,
  lua: `
    if redis.call('GET', KEYS[1]) ~= 'L' .. ARGV[1] then return 0 end
    if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1`,
});

export function createEntries<T>({ redis, epoch, name, schemaVersion, ttlMs, negativeTtlMs }: EntriesOptions): Entries<T> {
  const ask = redis.guard('cache');
  const keyOf = async (key: string) => `cache:${name}:${schemaVersion}:${await epoch()}:{${key}}`;

  return {
    async find(key, passOver) {
      const token = randomUUID();
      const args = [token, String(leaseMs), passOver === undefined ? '' : head(passOver)];
      const stored = await keyOf(key);
      const found = await ask(() => find.run(redis.client, [stored], args));
      if (typeof found !== 'string') return { state: 'granted', token };
      return found.startsWith('L') ? { state: 'leased', token: found.slice(1) } : { state: 'filled', entry: decode<T>(found) };
    },
    async fill(key, token, entry) {
      const lifetimeMs = entry?.value === undefined ? negativeTtlMs : ttlMs;
      const text = entry === undefined || lifetimeMs === 0 ? '' : encode(entry);
      const stored = await keyOf(key);
      await ask(() => fill.run(redis.client, [stored], [token, text, String(jittered(lifetimeMs))]));
    },
    async remove(keys) {
      // One command a key: on a cluster they live on different nodes.
      const stored = await Promise.all(keys.map(keyOf));
      await ask(() => Promise.all(stored.map((key) => redis.client.del(key))));
    },
  };
}

/** What was filled together does not end together. */
function jittered(ms: number): number {
  return Math.round(ms * (1 - 0.2 * Math.random()));
}

/** What an entry of this version begins with, and no other. */
function head(version: string): string {
  return `V${version}\n`;
}

function encode({ version, seq, value }: Entry<unknown>): string {
  return `${head(version)}${seq}\n${value === undefined ? '' : JSON.stringify(value)}`;
}

function decode<T>(text: string): Entry<T> {
  const first = text.indexOf('\n');
  const second = text.indexOf('\n', first + 1);
  const json = text.slice(second + 1);
  return { version: text.slice(1, first), seq: Number(text.slice(first + 1, second)), value: json === '' ? undefined : (JSON.parse(json) as T) };
}

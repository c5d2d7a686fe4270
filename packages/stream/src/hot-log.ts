import type { StreamId } from '@confab/contract';
import { defineScript, type Redis } from '@confab/redis';

import { decodeEvent, encodeEvent } from './codec.ts';
import type { StreamEvent } from './event.ts';
import { channel, hotKeys } from './names.ts';

const entries = 256;
const keepMs = 15 * 60_000;

/**
 * Rings for one event. An event that comes late is not put in (ids of a Redis stream only rise), so the hot log may have
 * holes; head and log are written together and expire together.
 */
const ring = defineScript({
  numberOfKeys: 2,
  lua: `
    local seq = tonumber(ARGV[1])
    if seq > tonumber(redis.call('GET', KEYS[1]) or '0') then
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
      redis.pcall('XADD', KEYS[2], 'MAXLEN', ARGV[3], ARGV[1] .. '-0', 'e', ARGV[2])
      redis.call('PEXPIRE', KEYS[2], ARGV[4])
    end
    return redis.call('SPUBLISH', ARGV[5], ARGV[2])`,
});

export async function ringFor(redis: Redis, event: StreamEvent): Promise<void> {
  const keys = hotKeys(event.epoch, event.stream);
  await ring.run(redis.client, [keys.head, keys.log], [String(event.seq), encodeEvent(event), String(entries), String(keepMs), channel(event.stream)]);
}

export async function hotRun(redis: Redis, epoch: string, stream: StreamId, afterSeq: number): Promise<StreamEvent[]> {
  const found = await redis.buffers.xRange(hotKeys(epoch, stream).log, `${afterSeq + 1}-0`, '+', { COUNT: entries });
  const run: StreamEvent[] = [];
  for (const entry of found ?? []) {
    const bytes = entry.message['e'];
    if (bytes === undefined) break;
    const event = decodeEvent(bytes);
    if (event.seq !== afterSeq + 1 + run.length) break;
    run.push(event);
  }
  return run;
}

import type { StreamId } from '@confab/contract';
import { defineScript, type Redis } from '@confab/redis';

import { decodeEvent, encodeEvent } from './codec.ts';
import type { StreamEvent } from './event.ts';
import { channel, hotKeys } from './names.ts';

const entries = 256;
const keepMs = 15 * 60_000;

/**
 * Rings for events of one stream. One that comes late is not put in (ids of a Redis stream only rise), so the hot log may have
 * holes; head and log are written together and expire together.
 */
const ring = defineScript({
  numberOfKeys: 2,
  lua: `
    local head = tonumber(redis.call('GET', KEYS[1]) or '0')
    local newHead
    for at = 4, #ARGV, 2 do
      if tonumber(ARGV[at]) > head then
        newHead = ARGV[at]
        head = tonumber(newHead)
        redis.pcall('XADD', KEYS[2], 'MAXLEN', ARGV[1], newHead .. '-0', 'e', ARGV[at + 1])
      end
    end
    if newHead then
      redis.call('SET', KEYS[1], newHead, 'PX', ARGV[2])
      redis.call('PEXPIRE', KEYS[2], ARGV[2])
    end
    for at = 4, #ARGV, 2 do
      redis.call('SPUBLISH', ARGV[3], ARGV[at + 1])
    end`,
});

export async function ringFor(redis: Redis, events: readonly StreamEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const keys = hotKeys(first.epoch, first.stream);
  const entriesOf = events.flatMap((event) => [String(event.seq), encodeEvent(event)]);
  await ring.run(redis.client, [keys.head, keys.log], [String(entries), String(keepMs), channel(first.stream), ...entriesOf]);
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

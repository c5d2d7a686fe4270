import type { StreamId } from '@confab/contract';
import { defineScript, type Redis } from '@confab/redis';

import { decodeEvent, encodeEvent } from './codec.ts';
import type { StreamEvent } from './event.ts';
import { channel, hotKey } from './names.ts';

const entries = 256;
const keepMs = 15 * 60_000;

/**
 * Rings for events of one stream. One that comes late is not put in (Redis refuses an id that is not above the last one), so the hot log
 * may have holes.
 */
const ring = defineScript({
  numberOfKeys: 1,
  lua: `
    for at = 4, #ARGV, 2 do
      redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[1], ARGV[at] .. '-0', 'e', ARGV[at + 1])
    end
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    for at = 4, #ARGV, 2 do
      redis.call('SPUBLISH', ARGV[3], ARGV[at + 1])
    end`,
});

export async function ringFor(redis: Redis, events: readonly StreamEvent[]): Promise<void> {
  const [first] = events;
  if (first === undefined) return;
  const entriesOf = events.flatMap((event) => [String(event.seq), encodeEvent(event)]);
  await ring.run(redis.client, [hotKey(first.epoch, first.stream)], [String(entries), String(keepMs), channel(first.stream), ...entriesOf]);
}

export async function hotRun(redis: Redis, epoch: string, stream: StreamId, afterSeq: number): Promise<StreamEvent[]> {
  const found = await redis.buffers.xRange(hotKey(epoch, stream), `${afterSeq + 1}-0`, '+', { COUNT: entries });
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

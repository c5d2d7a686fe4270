import type { Database } from '@confab/db';
import type { Redis } from '@confab/redis';
import type { Logger, Metrics } from '@confab/runtime';

import { append, createStreamRows } from './append.ts';
import { backfill, heads } from './backfill.ts';
import { encodeEphemeral } from './ephemeral.ts';
import { hotRun, ringFor } from './hot-log.ts';
import { channel } from './names.ts';
import { createPublisher } from './publisher.ts';
import type { Streams } from './streams.ts';

export interface StreamsDeps {
  readonly db: Database;
  readonly redis: Redis;
  readonly logger: Logger;
  readonly metrics?: Metrics;
}

export function createStreams({ db, redis, logger, metrics }: StreamsDeps): Streams {
  const published = metrics?.counter({
    name: 'confab_stream_events_published_total',
    help: 'Events rung for after their commit, by what became of it.',
    labelNames: ['outcome'],
  });
  const ask = redis.guard('publish');
  const replay = redis.guard('replay');
  const publisher = createPublisher({
    epoch: db.epoch,
    ring: (event) => ask(() => ringFor(redis, event)),
    published: (outcome) => published?.inc({ outcome }),
    logger,
  });
  return {
    create: createStreamRows,
    append,
    publish: publisher.publish,
    whisper(ephemeral) {
      ask(() => redis.client.sPublish(channel(ephemeral.stream), encodeEphemeral(ephemeral))).catch(() => undefined);
    },
    async hotRun(stream, afterSeq) {
      const epoch = await db.epoch();
      return replay(() => hotRun(redis, epoch, stream, afterSeq));
    },
    backfill: (stream, afterSeq, limit) => backfill(db, stream, afterSeq, limit),
    heads: (streams) => heads(db.primary, streams),
    epoch: db.epoch,
    stop: publisher.stop,
  };
}

import type { Database } from '@confab/db';
import type { Redis } from '@confab/redis';
import { type Logger, type Metrics, startAtZero } from '@confab/runtime';

import { append, createStreamRows } from './append.ts';
import { appendEach } from './append-each.ts';
import { backfill, heads } from './backfill.ts';
import { encodeEphemeral } from './ephemeral.ts';
import { hotRun, ringFor } from './hot-log.ts';
import { createMessageCounter } from './message-counter.ts';
import { channel } from './names.ts';
import { createPublisher, publishOutcomes } from './publisher.ts';
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
    help: 'Events rung for after their commit, by what became of it: published, failed (Redis did not take it), dropped (too many under way).',
    labelNames: ['outcome'],
  });
  if (published !== undefined) startAtZero(published, 'outcome', publishOutcomes);
  const messages = metrics && createMessageCounter(metrics, ['accepted', 'published']);
  const ask = redis.guard('publish');
  const replay = redis.guard('replay');
  const publisher = createPublisher({
    ring: (events) => ask(() => ringFor(redis, events)),
    published(outcome, event) {
      published?.inc({ outcome });
      if (outcome === 'published') messages?.count('published', event);
    },
    logger,
  });
  return {
    create: createStreamRows,
    // Of the server that this transaction is on: when another one takes its place, the transaction fails. Asked later, it might be of the next.
    async append(tx, wants, build) {
      const epoch = await db.epoch();
      return (await append(tx, wants, build)).map((events) => events.map((event) => ({ ...event, epoch })));
    },
    async appendEach(tx, appending, build) {
      const epoch = await db.epoch();
      const appended = await appendEach(tx, appending, build);
      return appended === undefined ? [] : appended.map((events) => events.map((event) => ({ ...event, epoch })));
    },
    publish(events) {
      for (const event of events) messages?.count('accepted', event);
      publisher.publish(events);
    },
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

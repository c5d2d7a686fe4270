import { backoffMs, createUnderWay, inSpan, type Logger } from '@confab/runtime';

import type { StreamEvent } from './event.ts';

export interface Publisher {
  publish(events: readonly StreamEvent[]): void;
  stop(): Promise<void>;
}

export const publishOutcomes = ['published', 'failed', 'dropped'] as const;
export type PublishOutcome = (typeof publishOutcomes)[number];

export interface PublisherDeps {
  /** For events of one stream, in order. */
  ring(events: readonly StreamEvent[]): Promise<void>;
  published(outcome: PublishOutcome, event: StreamEvent): void;
  readonly logger: Logger;
}

const attempts = 4;
const underWayLimit = 5_000;
/** Redis does nothing else meanwhile. */
const mostAtOnce = 64;

/** Gateways look at the heads themselves, so giving up costs seconds of delay and nothing else; waiting for ever would cost memory. */
export function createPublisher({ ring, published, logger }: PublisherDeps): Publisher {
  const underWay = createUnderWay<Promise<void>>();
  let eventsUnderWay = 0;
  let isStopping = false;

  async function send(events: readonly StreamEvent[]): Promise<PublishOutcome> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await ring(events);
        return 'published';
      } catch (error) {
        if (attempt + 1 >= attempts || isStopping) {
          logger.warn({ err: error, stream: events[0]?.stream, seq: events[0]?.seq, events: events.length }, 'events were not published');
          return 'failed';
        }
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, { baseMs: 100, maxMs: 2_000 })));
      }
    }
  }

  async function publishTogether(events: readonly StreamEvent[]): Promise<void> {
    const [{ type, seq } = { type: undefined, seq: undefined }] = events;
    const attributes = { 'messaging.operation.type': 'send', 'messaging.batch.message_count': events.length, 'confab.event.type': type, 'confab.event.seq': seq };
    eventsUnderWay += events.length;
    const outcome = await inSpan(`publish ${type}`, { kind: 'producer', attributes }, () => send(events));
    eventsUnderWay -= events.length;
    for (const event of events) published(outcome, event);
  }

  return {
    publish(events) {
      const taken = events.slice(0, Math.max(0, underWayLimit - eventsUnderWay));
      for (const event of events.slice(taken.length)) published('dropped', event);
      for (const ofStream of Map.groupBy(taken, ({ stream }) => stream).values()) {
        for (let first = 0; first < ofStream.length; first += mostAtOnce) {
          const sending = publishTogether(ofStream.slice(first, first + mostAtOnce));
          const over = underWay.add(sending);
          void sending.finally(over);
        }
      }
    },
    async stop() {
      isStopping = true;
      await Promise.all(underWay.all());
    },
  };
}

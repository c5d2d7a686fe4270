import { backoffMs, inSpan, type Logger } from '@confab/runtime';

import type { StreamEvent } from './event.ts';

export interface Publisher {
  publish(events: readonly StreamEvent[]): void;
  stop(): Promise<void>;
}

export const publishOutcomes = ['published', 'failed', 'dropped'] as const;
export type PublishOutcome = (typeof publishOutcomes)[number];

export interface PublisherDeps {
  ring(event: StreamEvent): Promise<void>;
  published(outcome: PublishOutcome, event: StreamEvent): void;
  readonly logger: Logger;
}

const attempts = 4;
const underWayLimit = 5_000;

/** Gateways look at the heads themselves, so giving up costs seconds of delay and nothing else; waiting for ever would cost memory. */
export function createPublisher({ ring, published, logger }: PublisherDeps): Publisher {
  const underWay = new Set<Promise<void>>();
  let isStopping = false;

  async function send(event: StreamEvent): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await ring(event);
        return published('published', event);
      } catch (error) {
        if (attempt + 1 >= attempts || isStopping) {
          logger.warn({ err: error, stream: event.stream, seq: event.seq }, 'an event was not published');
          return published('failed', event);
        }
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, { baseMs: 100, maxMs: 2_000 })));
      }
    }
  }

  return {
    publish(events) {
      for (const event of events) {
        if (underWay.size >= underWayLimit) {
          published('dropped', event);
          continue;
        }
        const sending = inSpan(`publish ${event.type}`, { kind: 'producer', attributes: { 'messaging.operation.type': 'send', 'confab.event.type': event.type, 'confab.event.seq': event.seq } }, () => send(event)).finally(() => underWay.delete(sending));
        underWay.add(sending);
      }
    },
    async stop() {
      isStopping = true;
      await Promise.all(underWay);
    },
  };
}

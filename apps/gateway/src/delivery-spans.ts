import { recordEffect } from '@confab/runtime';
import type { StreamEvent } from '@confab/stream';

export interface DeliverySpansDeps {
  /** Once the sockets that have something now are written. */
  defer(work: () => void): void;
  /** Of the wall clock, as the events' times are. */
  wallNow(): number;
  now(): number;
}

interface Pending {
  readonly event: StreamEvent;
  readonly recipients: number;
  readonly at: number;
}

/**
 * One span an event that was sampled, whatever the number of its sockets: from its coming out of the stream to the writing of
 * the tick's queues. Events that are written together are each a part of their own cause's trace, and say of how many they were.
 */
export function createDeliverySpans({ defer, wallNow, now }: DeliverySpansDeps): (event: StreamEvent, recipients: number) => void {
  let pending: Pending[] = [];

  function tell(): void {
    const batch = pending;
    pending = [];
    const wall = wallNow();
    for (const { event, recipients, at } of batch) {
      recordEffect(event.trace ?? '', 'deliver', {
        durationMs: now() - at,
        attributes: {
          'messaging.operation.type': 'process',
          'confab.event.type': event.type,
          'confab.event.seq': event.seq,
          'confab.delivery.recipients': recipients,
          'confab.delivery.lag_ms': Math.max(0, wall - event.at),
          'confab.delivery.batch': batch.length,
        },
      });
    }
  }

  return (event, recipients) => {
    if (event.trace === null) return;
    pending.push({ event, recipients, at: now() });
    if (pending.length === 1) defer(tell);
  };
}

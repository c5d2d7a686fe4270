import type { StreamId } from '@confab/contract';
import type { AnyStreamEvent, ResyncEvent } from './events.ts';

export interface DeliveryOptions {
  deliver(event: AnyStreamEvent): void;
  /** A promise only while a handler is still at work. */
  announce(resync: ResyncEvent): Promise<void> | undefined;
  /** Once for each resync. */
  settled(): void;
}

export interface Deliveries {
  deliver(event: AnyStreamEvent): void;
  announce(resync: ResyncEvent): void;
  forget(): void;
}

type Waiting = { event: AnyStreamEvent } | { resync: ResyncEvent };

/** Hands events to the application; a stream whose resync is being handled waits, and the others do not. */
export function createDeliveries({ deliver, announce, settled }: DeliveryOptions): Deliveries {
  const held = new Map<StreamId, Waiting[]>();

  function begin(resync: ResyncEvent): void {
    const work = announce(resync);
    if (!work) return settled();
    const queue: Waiting[] = [];
    held.set(resync.stream, queue);
    void work.then(() => release(resync.stream, queue));
  }

  /** What came meanwhile, up to another resync of the same stream, which holds it again. */
  function release(stream: StreamId, queue: Waiting[]): void {
    if (held.get(stream) !== queue) return;
    held.delete(stream);
    for (const [at, waiting] of queue.entries()) {
      if ('event' in waiting) deliver(waiting.event);
      else begin(waiting.resync);
      const heldAgain = held.get(stream);
      if (heldAgain) {
        heldAgain.unshift(...queue.slice(at + 1));
        break;
      }
    }
    settled();
  }

  return {
    deliver(event) {
      const queue = held.get(event.stream);
      if (queue) queue.push({ event });
      else deliver(event);
    },
    announce(resync) {
      const queue = held.get(resync.stream);
      if (queue) queue.push({ resync });
      else begin(resync);
    },
    forget: () => held.clear(),
  };
}

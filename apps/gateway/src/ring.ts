import type { StreamEvent } from '@confab/stream';

export interface Ring {
  /** Its number must follow the last one's. */
  push(event: StreamEvent): void;
  after(seq: number): StreamEvent | undefined;
  clear(): void;
}

/** The last events of a stream, so that a short absence costs neither Redis nor PostgreSQL. */
export function createRing(size: number): Ring {
  let events: StreamEvent[] = [];
  return {
    push(event) {
      events.push(event);
      if (events.length > size) events.shift();
    },
    after(seq) {
      const first = events[0];
      return first === undefined ? undefined : events[seq + 1 - first.seq];
    },
    clear() {
      events = [];
    },
  };
}

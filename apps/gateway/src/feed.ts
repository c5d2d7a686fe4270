import type { StreamId } from '@confab/contract';
import type { Subscriber } from '@confab/redis';
import { channel, decodeMessage, type Ephemeral, type StreamEvent } from '@confab/stream';

export interface FeedListener {
  onEvent(event: StreamEvent): void;
  onEphemeral(ephemeral: Ephemeral): void;
  /** Acknowledged only after `subscribe` had given up waiting: what was published before is lost. */
  onLate(): void;
}

/** Redis' messages by stream. */
export interface Feed {
  /** Resolves when Redis has acknowledged, or is out; `onLate` follows when it acknowledges after that. Never rejects. */
  subscribe(stream: StreamId, listener: FeedListener): Promise<void>;
  unsubscribe(stream: StreamId): void;
  readonly isUp: boolean;
}

export interface FeedDeps {
  readonly subscriber: Pick<Subscriber, 'isReady' | 'subscribe' | 'unsubscribe'>;
  later(delayMs: number, work: () => void): void;
}

const patienceMs = 1_000;
const retryMs = 500;

export function createFeed({ subscriber, later }: FeedDeps): Feed {
  const wanted = new Map<StreamId, FeedListener>();

  function dispatch(listener: FeedListener, bytes: Buffer): void {
    const message = decodeMessage(bytes);
    if ('event' in message) listener.onEvent(message.event);
    else listener.onEphemeral(message.ephemeral);
  }

  /** Tries until it is acknowledged or not wanted any more. */
  async function acknowledge(stream: StreamId, listener: FeedListener): Promise<void> {
    while (wanted.get(stream) === listener) {
      try {
        await subscriber.subscribe(channel(stream), (bytes) => dispatch(listener, bytes));
        if (!wanted.has(stream)) drop(stream);
        return;
      } catch {
        await new Promise<void>((resolve) => later(retryMs, resolve));
      }
    }
  }

  function drop(stream: StreamId): void {
    subscriber.unsubscribe(channel(stream)).catch(() => undefined);
  }

  return {
    async subscribe(stream, listener) {
      wanted.set(stream, listener);
      let isLate = !subscriber.isReady;
      const acknowledged = acknowledge(stream, listener).then(() => {
        if (isLate && wanted.get(stream) === listener) listener.onLate();
      });
      if (isLate) return;
      await Promise.race([
        acknowledged,
        new Promise<void>((resolve) =>
          later(patienceMs, () => {
            isLate = true;
            resolve();
          }),
        ),
      ]);
    },
    unsubscribe(stream) {
      wanted.delete(stream);
      drop(stream);
    },
    get isUp() {
      return subscriber.isReady;
    },
  };
}

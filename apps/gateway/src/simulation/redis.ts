import type { StreamId } from '@confab/contract';
import type { Subscriber } from '@confab/redis';
import type { StreamEvent } from '@confab/stream';

import type { Time } from './time.ts';

export interface Faults {
  /** Chances for each publish, and for each message on its way to a gateway. */
  readonly lost: number;
  readonly doubled: number;
}

export interface SimulatedRedis {
  publish(event: StreamEvent, bytes: Buffer): void;
  hotRun(epoch: string, stream: StreamId, afterSeq: number): StreamEvent[];
  subscriber(onReconnect: () => void): Pick<Subscriber, 'isReady' | 'subscribe' | 'unsubscribe'> & { kill(): void };
  setDown(isDown: boolean): void;
  flush(): void;
}

const hotEntries = 16;

/** Pub/sub that may lose, double and reorder, and a short hot log with the rules of the real script. */
export function createRedis(time: Time, channelOf: (stream: StreamId) => string, faults: Faults): SimulatedRedis {
  const logs = new Map<string, StreamEvent[]>();
  const subscribers = new Set<{ channels: Map<string, (bytes: Buffer) => void>; wanted: Map<string, (bytes: Buffer) => void>; back(): void }>();
  let isDown = false;

  function ring(event: StreamEvent, bytes: Buffer, attempt: number): void {
    if (isDown) {
      if (attempt < 3) time.at(100 * 2 ** attempt, () => ring(event, bytes, attempt + 1));
      return;
    }
    const key = `${event.epoch} ${event.stream}`;
    const log = logs.get(key) ?? [];
    logs.set(key, log);
    if (event.seq > (log.at(-1)?.seq ?? 0)) log.push(event);
    if (log.length > hotEntries) log.shift();
    for (const { channels } of subscribers) {
      const copies = time.chance(faults.lost) ? 0 : time.chance(faults.doubled) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) time.at(time.latency(), () => channels.get(channelOf(event.stream))?.(bytes));
    }
  }

  return {
    publish(event, bytes) {
      if (!time.chance(faults.lost)) time.at(time.latency(), () => ring(event, bytes, 0));
    },
    hotRun(epoch, stream, afterSeq) {
      if (isDown) throw new Error('redis is down');
      const run: StreamEvent[] = [];
      for (const event of logs.get(`${epoch} ${stream}`) ?? []) if (event.seq === afterSeq + 1 + run.length) run.push(event);
      return run;
    },
    subscriber(onReconnect) {
      const self = {
        channels: new Map<string, (bytes: Buffer) => void>(),
        wanted: new Map<string, (bytes: Buffer) => void>(),
        back() {
          for (const [channel, listener] of self.wanted) self.channels.set(channel, listener);
          onReconnect();
        },
      };
      subscribers.add(self);
      return {
        get isReady() {
          return !isDown;
        },
        subscribe: (channel, listener) =>
          time.call(() => {
            if (isDown) throw new Error('redis is down');
            self.wanted.set(channel, listener);
            self.channels.set(channel, listener);
          }),
        unsubscribe: (channel) => {
          self.wanted.delete(channel);
          self.channels.delete(channel);
          return Promise.resolve();
        },
        kill: () => void subscribers.delete(self),
      };
    },
    setDown(down) {
      if (isDown === down) return;
      isDown = down;
      for (const subscriber of subscribers) {
        if (down) subscriber.channels.clear();
        else time.at(time.latency(), () => isDown || subscriber.back());
      }
    },
    flush: () => logs.clear(),
  };
}

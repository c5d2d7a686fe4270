import type { StreamId } from '@confab/contract';
import type { StreamEvent, Streams } from '@confab/stream';

import type { Feed } from './feed.ts';
import { createHeads } from './heads.ts';
import { createRoom, type Room, type RoomNews } from './room.ts';

export interface Hub {
  /** The stream's room, opened if it is not. */
  enter(stream: StreamId): Room;
  leave(room: Room): void;
  /** Asks for the heads of all rooms now: messages may have been lost. */
  checkAll(): Promise<void>;
  readonly size: number;
  /** How many connections read each stream. */
  readers(): Iterable<[StreamId, number]>;
  stop(): void;
}

export interface HubDeps {
  readonly streams: Pick<Streams, 'backfill' | 'epoch' | 'heads' | 'hotRun'>;
  readonly feed: Feed;
  later(delayMs: number, work: () => void): void;
  told(news: RoomNews): void;
  delivered?(event: StreamEvent, recipients: number): void;
}

const lingerMs = 30_000;
const tickMs = 1_000;
const ticksPerCheck = 5;

/** The streams that somebody here reads. A room stays a while after its last reader, who is often back at once. */
export function createHub({ streams, feed, later, told, delivered }: HubDeps): Hub {
  const rooms = new Map<StreamId, Room>();
  /** How often a room was left empty; a closing that was planned before the last time does not count. */
  const leavings = new Map<Room, number>();
  const heads = createHeads(streams);
  let isChecking = false;
  let isCheckWanted = false;
  let isStopped = false;

  function openRoom(stream: StreamId): Room {
    const room = createRoom({
      stream,
      subscribe: (onPub) =>
        feed.subscribe(stream, {
          onEvent: onPub,
          onEphemeral(ephemeral) {
            for (const reader of room.liveReaders()) reader.sink.whisper(ephemeral);
          },
          onLate: () => room.suspect(),
        }),
      head: () => heads.of(stream),
      hotRun: (afterSeq) => streams.hotRun(stream, afterSeq),
      backfill: (afterSeq, limit) => streams.backfill(stream, afterSeq, limit),
      later,
      told,
      ...(delivered && { delivered }),
    });
    rooms.set(stream, room);
    void room.open();
    return room;
  }

  function closeIfStillEmpty(room: Room, leaving: number): void {
    if (!room.isEmpty || leavings.get(room) !== leaving) return;
    leavings.delete(room);
    rooms.delete(room.stream);
    feed.unsubscribe(room.stream);
    room.close();
  }

  async function checkAll(): Promise<void> {
    isCheckWanted = true;
    if (isChecking) return;
    isChecking = true;
    try {
      // Heads that were asked for before say nothing of what was lost since.
      while (isCheckWanted && rooms.size > 0) {
        isCheckWanted = false;
        for (const [stream, truth] of await heads.ofAll([...rooms.keys()])) rooms.get(stream)?.check(truth);
      }
    } catch {
      // The database is out; the next turn asks again.
    } finally {
      isChecking = false;
    }
  }

  /** Every fifth second, and every second while Redis is out. */
  function tick(count: number): void {
    if (isStopped) return;
    if (count % ticksPerCheck === 0 || !feed.isUp) void checkAll();
    later(tickMs, () => tick(count + 1));
  }

  later(tickMs, () => tick(1));

  return {
    enter: (stream) => rooms.get(stream) ?? openRoom(stream),
    leave(room) {
      if (!room.isEmpty) return;
      const leaving = (leavings.get(room) ?? 0) + 1;
      leavings.set(room, leaving);
      later(lingerMs, () => closeIfStillEmpty(room, leaving));
    },
    checkAll,
    get size() {
      return rooms.size;
    },
    *readers() {
      for (const [stream, room] of rooms) yield [stream, room.size];
    },
    stop() {
      isStopped = true;
    },
  };
}

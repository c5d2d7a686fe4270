import type { StreamEvent } from '@confab/stream';

import type { Reader, ResyncReason, Standing } from './reader.ts';
import type { Ring } from './ring.ts';

/** The part of a room that brings each reader from its position to the head. */
export interface ReplayDeps {
  readonly readers: Set<Reader>;
  readonly live: Set<Reader>;
  readonly ring: Ring;
  isOpen(): boolean;
  epoch(): string;
  head(): number;
  /** This number exists: get there. */
  want(seq: number): void;
  suspect(): void;
  page(afterSeq: number): Promise<readonly StreamEvent[]>;
  /** The same, not shared with who asked before. */
  load(afterSeq: number): Promise<readonly StreamEvent[]>;
  later(delayMs: number, work: () => void): void;
}

const retryMs = 500;

export function createReplay(deps: ReplayDeps) {
  const { readers, live } = deps;
  /** Their snapshot was ahead of this room; they join when it gets there. */
  const ahead = new Set<Reader>();

  function attach(reader: Reader, reason: ResyncReason | null, standing: Standing): void {
    readers.add(reader);
    if (reason !== null) reader.sink.resync(reader.stream, standing, reason);
    reader.state = 'replaying';
    advance(reader);
  }

  function deliver(reader: Reader, event: StreamEvent): void {
    reader.position = event.seq;
    reader.sink.event(event);
    if (event.type === 'member.removed' && event.subjectUserId === reader.sink.userId && event.stream.startsWith('room:')) remove(reader);
  }

  function advance(reader: Reader): void {
    if (!deps.isOpen() || reader.state !== 'replaying' || reader.isFetching) return;
    if (reader.epoch !== deps.epoch()) return deps.suspect();
    while (reader.sink.hasRoom()) {
      if (reader.position > deps.head()) {
        ahead.add(reader);
        return deps.want(reader.position);
      }
      if (reader.position === deps.head()) return goLive(reader);
      const event = deps.ring.after(reader.position) ?? following(reader.page, reader.position);
      if (event === undefined) return void turnPage(reader);
      deliver(reader, event);
      if (reader.state !== 'replaying') return;
    }
  }

  function goLive(reader: Reader): void {
    leavePage(reader);
    reader.state = 'live';
    live.add(reader);
    if (reader.owesSynced) {
      reader.owesSynced = false;
      reader.sink.synced(reader.stream, reader.position);
    }
  }

  /** One page a turn, so that no stream of a socket starves the others. */
  async function turnPage(reader: Reader): Promise<void> {
    if (reader.page.length > 0) leavePage(reader);
    if (!reader.sink.takeTurn(reader)) return;
    const { position, epoch } = reader;
    const isStill = () => reader.state === 'replaying' && reader.epoch === epoch && reader.position === position;
    const follows = (events: readonly StreamEvent[]) => events[0]?.seq === position + 1;
    reader.isFetching = true;
    try {
      let events = await deps.page(position);
      // A shared page may have been asked for before the number existed.
      if (isStill() && !follows(events)) events = await deps.load(position);
      reader.isFetching = false;
      if (!isStill()) return advance(reader);
      if (!follows(events)) return lose(reader, 'too_old');
      if (events[0]?.epoch !== epoch) {
        deps.suspect();
        return deps.later(retryMs, () => advance(reader));
      }
      reader.page = events;
      advance(reader);
    } catch {
      reader.isFetching = false;
      deps.later(retryMs, () => advance(reader));
    }
  }

  function leavePage(reader: Reader): void {
    reader.page = [];
    reader.sink.passTurn(reader);
  }

  /** The log does not lead from its position to the head: it starts again from where its user stands now. */
  function lose(reader: Reader, reason: ResyncReason): void {
    live.delete(reader);
    ahead.delete(reader);
    leavePage(reader);
    if (reader.state === 'waiting') return;
    reader.state = 'waiting';
    void restart(reader, reason);
  }

  async function restart(reader: Reader, reason: ResyncReason): Promise<void> {
    try {
      const standing = await reader.sink.standing(reader.stream);
      if (reader.state !== 'waiting') return;
      if (standing === undefined) return remove(reader);
      reader.epoch = standing.epoch;
      reader.position = standing.head;
      reader.owesSynced = true;
      reader.state = 'replaying';
      reader.sink.resync(reader.stream, standing, reason);
      advance(reader);
    } catch {
      deps.later(retryMs, () => void restart(reader, reason));
    }
  }

  function remove(reader: Reader): void {
    detach(reader);
    reader.sink.detached(reader);
  }

  function detach(reader: Reader): void {
    reader.state = 'gone';
    readers.delete(reader);
    live.delete(reader);
    ahead.delete(reader);
    leavePage(reader);
  }

  return {
    attach,
    deliver,
    advance,
    detach,
    opened() {
      for (const reader of readers) advance(reader);
    },
    headMoved() {
      for (const reader of ahead) {
        if (reader.position > deps.head()) continue;
        ahead.delete(reader);
        advance(reader);
      }
    },
    /** The room's epoch is the primary's; whoever came with another one starts again. */
    verified() {
      for (const reader of readers) if (reader.state === 'replaying' && reader.epoch !== deps.epoch()) lose(reader, 'epoch');
    },
    loseAll(reason: ResyncReason) {
      for (const reader of readers) lose(reader, reason);
    },
    demote(reader: Reader) {
      if (live.delete(reader)) reader.state = 'replaying';
    },
  };
}

function following(page: readonly StreamEvent[], position: number): StreamEvent | undefined {
  const event = page[position + 1 - (page[0]?.seq ?? 0)];
  return event?.seq === position + 1 ? event : undefined;
}

import type { StreamId } from '@confab/contract';
import type { StreamEvent } from '@confab/stream';

import type { Reader, ResyncReason, Standing } from './reader.ts';
import { createReplay } from './replay.ts';
import { createRing } from './ring.ts';

/** What the primary says of a stream: which history, and its last number. */
export interface Truth {
  readonly epoch: string;
  readonly head: number;
}

export interface RoomDeps {
  readonly stream: StreamId;
  /** Resolves when Redis has acknowledged, or when it is known to be out: then `suspect` is called once it is back. */
  subscribe(onPub: (event: StreamEvent) => void): Promise<void>;
  /** From the primary. */
  head(): Promise<Truth>;
  /** The contiguous run of the hot log from `afterSeq + 1`. */
  hotRun(afterSeq: number): Promise<readonly StreamEvent[]>;
  /** From a replica if it has the next number, else from the primary. */
  backfill(afterSeq: number, limit: number): Promise<readonly StreamEvent[]>;
  later(delayMs: number, work: () => void): void;
  told(news: RoomNews): void;
  /** Has put an event on so many sockets. */
  delivered?(event: StreamEvent, recipients: number): void;
}

export type RoomNews = 'fill_hot' | 'fill_log' | 'head_repair' | 'reset';

export interface Room {
  readonly stream: StreamId;
  readonly isEmpty: boolean;
  readonly size: number;
  open(): Promise<void>;
  close(): void;
  onPub(event: StreamEvent): void;
  /** From the regular question for the heads of all rooms. */
  check(truth: Truth): void;
  /** Messages may have been lost, or the database may be another one. */
  suspect(): void;
  attach(reader: Reader, reason: ResyncReason | null, standing: Standing): void;
  detach(reader: Reader): void;
  /** The socket is too far behind: it keeps its place and replays once it has drained. */
  demote(reader: Reader): void;
  /** The socket has room again, or its turn has come. */
  advance(reader: Reader): void;
  /** For what carries no number. */
  liveReaders(): Iterable<Reader>;
}

const pageSize = 200;
const ringSize = 64;
const pendingLimit = 512;
const retryMs = 500;

/**
 * One stream on this gateway. Redis only says that something may be new; the numbers alone decide what is emitted: each
 * once, in order, none left out. Whatever is missing is fetched, by one fill at a time.
 */
export function createRoom(deps: RoomDeps): Room {
  const { stream } = deps;
  const readers = new Set<Reader>();
  const live = new Set<Reader>();
  const ring = createRing(ringSize);
  const pending = new Map<number, StreamEvent>();
  const pages = new Map<number, Promise<readonly StreamEvent[]>>();
  let phase: 'opening' | 'open' | 'closed' = 'opening';
  let epoch = '';
  let head = 0;
  /** The highest number known to exist. */
  let target = 0;
  let isSuspect = false;
  let isFilling = false;

  const replay = createReplay({
    readers,
    live,
    ring,
    isOpen: () => phase === 'open',
    epoch: () => epoch,
    head: () => head,
    want,
    suspect,
    page,
    load,
    later: deps.later,
  });

  function onPub(event: StreamEvent): void {
    if (phase === 'closed') return;
    if (phase === 'opening') return hold(event);
    if (event.epoch !== epoch) return suspect();
    if (event.seq <= head) return;
    if (event.seq === head + 1) {
      emit(event);
      drainPending();
    } else {
      hold(event);
      want(event.seq);
    }
  }

  function hold(event: StreamEvent): void {
    // What does not fit is fetched like any other number that is missing.
    if (pending.size < pendingLimit) pending.set(event.seq, event);
  }

  function drainPending(): void {
    for (let next = pending.get(head + 1); next !== undefined; next = pending.get(head + 1)) {
      pending.delete(next.seq);
      emit(next);
    }
  }

  function emit(event: StreamEvent): void {
    head = event.seq;
    ring.push(event);
    const recipients = live.size;
    for (const reader of live) replay.deliver(reader, event);
    deps.delivered?.(event, recipients);
    if (event.control) for (const reader of readers) reader.sink.heard(event);
    replay.headMoved();
  }

  function want(seq: number): void {
    if (seq > target) target = seq;
    if (target > head) void fill();
  }

  function suspect(): void {
    isSuspect = true;
    void fill();
  }

  /** Single flight: until nothing is known to be missing and nothing is suspect. */
  async function fill(): Promise<void> {
    if (isFilling || phase !== 'open') return;
    isFilling = true;
    try {
      while (phase === 'open' && (isSuspect || target > head)) {
        if (isSuspect) {
          await verify();
          continue;
        }
        const asked = head;
        take(await page(asked));
        if (head === asked && !isSuspect) await settle(asked);
      }
    } catch {
      deps.later(retryMs, () => void fill());
    } finally {
      isFilling = false;
    }
  }

  /** Emits what follows the head. */
  function take(run: readonly StreamEvent[]): void {
    for (const event of run) {
      if (event.epoch !== epoch) suspect();
      else if (event.seq === head + 1) emit(event);
    }
    drainPending();
  }

  async function verify(): Promise<void> {
    isSuspect = false;
    const truth = await deps.head().catch((error: unknown) => {
      isSuspect = true;
      throw error;
    });
    if (truth.epoch !== epoch) reset(truth, 'epoch');
    else if (truth.head > target) target = truth.head;
    replay.verified();
  }

  /** Number `asked + 1` was not to be had. It is a hole only if the primary has given it out and even then does not show it. */
  async function settle(asked: number): Promise<void> {
    const truth = await deps.head();
    if (truth.epoch !== epoch) return reset(truth, 'epoch');
    if (head !== asked) return;
    if (truth.head <= head) {
      target = head;
      pending.clear();
      return;
    }
    take(await load(asked));
    if (head !== asked || isSuspect) return;
    const later = await deps.head();
    if (head === asked) reset(later, 'log_hole');
  }

  function reset(truth: Truth, reason: ResyncReason): void {
    deps.told('reset');
    epoch = truth.epoch;
    head = truth.head;
    target = head;
    pending.clear();
    pages.clear();
    ring.clear();
    replay.loseAll(reason);
  }

  /** Shared by all who wait for the same numbers. */
  function page(afterSeq: number): Promise<readonly StreamEvent[]> {
    const known = pages.get(afterSeq);
    if (known !== undefined) return known;
    const loading = load(afterSeq).finally(() => {
      if (pages.get(afterSeq) === loading) pages.delete(afterSeq);
    });
    pages.set(afterSeq, loading);
    return loading;
  }

  async function load(afterSeq: number): Promise<readonly StreamEvent[]> {
    const hot = await deps.hotRun(afterSeq).catch(() => []);
    deps.told(hot.length > 0 ? 'fill_hot' : 'fill_log');
    return hot.length > 0 ? hot : deps.backfill(afterSeq, pageSize);
  }

  async function begin(): Promise<void> {
    const truth = await deps.head();
    if (phase !== 'opening') return;
    epoch = truth.epoch;
    head = truth.head;
    target = head;
    phase = 'open';
    const buffered = [...pending.values()];
    pending.clear();
    for (const event of buffered) onPub(event);
    replay.opened();
  }

  async function open(): Promise<void> {
    await deps.subscribe(onPub);
    await begin().catch(() => deps.later(retryMs, () => void reopen()));
  }

  async function reopen(): Promise<void> {
    if (phase === 'opening') await begin().catch(() => deps.later(retryMs, () => void reopen()));
  }

  return {
    stream,
    get isEmpty() {
      return readers.size === 0;
    },
    get size() {
      return readers.size;
    },
    open,
    close() {
      phase = 'closed';
      pending.clear();
      ring.clear();
    },
    onPub,
    check(truth) {
      if (phase !== 'open') return;
      if (truth.epoch !== epoch) return suspect();
      if (truth.head > head && target <= head) deps.told('head_repair');
      want(truth.head);
    },
    suspect,
    attach: replay.attach,
    detach: replay.detach,
    demote: replay.demote,
    advance: replay.advance,
    liveReaders: () => live,
  };
}

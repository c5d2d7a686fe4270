import type { EventFrame, Schemas, ServerFrame, StreamId } from '@confab/contract';
import type { AnyStreamEvent, RealtimeCounts, ResyncEvent } from './events.ts';
import { roomStream } from './ledger.ts';
import type { Ledger, Verdict } from './ledger.ts';
import type { Link } from './link.ts';
import type { Effect } from './protocol.ts';

export interface ReadingOptions {
  ledger: Ledger;
  counts: RealtimeCounts;
  push(effect: Effect): void;
  announce(resync: ResyncEvent): void;
  /** This connection cannot go on. */
  abandon(link: Link, reason: string): void;
  links(): Link[];
}

/** What a connection that is ready says about streams. */
export type StreamFrame = Exclude<ServerFrame, { t: 'hello' | 'ready' | 'heartbeat' | 'reconnect' }>;

export function createReading({ ledger, counts, push, announce, abandon, links }: ReadingOptions): (link: Link, frame: StreamFrame) => void {
  /** True if the frame is the next of its stream. A hole cannot be mended on this connection. */
  function placed(link: Link, verdict: Verdict, stream: string): boolean {
    if (verdict === 'duplicate') counts.duplicates += 1;
    if (verdict === 'gap') {
      counts.gaps += 1;
      abandon(link, `a gap in ${stream}`);
    }
    return verdict === 'apply';
  }

  function event(link: Link, frame: EventFrame): void {
    const stream = frame.r as StreamId;
    if (!placed(link, ledger.place(stream, frame.s), stream)) return;
    counts.applied += 1;
    const missed = ledger.membership(frame);
    if (frame.t === 'member.removed' && stream.startsWith('user:')) for (const each of links()) each.pending.delete(roomStream(frame.d.roomId));
    push({ do: 'deliver', event: { type: frame.t, stream, seq: frame.s, data: frame.d, ...(frame.tp === undefined ? {} : { traceparent: frame.tp }) } as AnyStreamEvent });
    if (missed) announce(missed);
  }

  function synced(link: Link, stream: StreamId, seq: number): void {
    const { verdict, resync } = ledger.synced(stream, seq);
    if (verdict === 'gap') return void placed(link, verdict, stream);
    if (resync) announce(resync);
    link.pending.delete(stream);
    push({ do: 'signal', name: 'synced', value: { stream, seq } });
  }

  function resync(link: Link, stream: StreamId, d: Schemas['Resync']): void {
    // The history changed under an open connection: a new one sorts out every stream.
    if (d.epoch !== ledger.epoch) return abandon(link, 'another epoch');
    const mayLower = !link.resynced.has(stream);
    link.resynced.add(stream);
    const resync = ledger.resync(stream, d, mayLower);
    if (resync) announce(resync);
  }

  /** Streams that we asked for and that are not mine say no `synced`. */
  function refused(link: Link, problem: Schemas['Problem']): void {
    push({ do: 'signal', name: 'refused', value: problem });
    if (problem.code !== 'stream.not_found') return;
    for (const { path } of problem.errors ?? []) {
      const stream = path.replace('/d/streams/', '') as StreamId;
      ledger.drop(stream);
      link.pending.delete(stream);
    }
  }

  return (link, frame) => {
    switch (frame.t) {
      case 'synced':
        return synced(link, frame.r as StreamId, frame.s);
      case 'skipped':
        return void placed(link, ledger.place(frame.r as StreamId, frame.s), frame.r);
      case 'resync':
        return resync(link, frame.r as StreamId, frame.d);
      case 'typing':
        return push({ do: 'signal', name: 'typing', value: frame.d });
      case 'presence':
        return push({ do: 'signal', name: 'presence', value: frame.d });
      case 'error':
        return refused(link, frame.d.problem);
      default:
        // Events of types that this version does not know move the cursor all the same.
        if (typeof frame.r === 'string' && typeof frame.s === 'number') event(link, frame);
    }
  };
}

import type { ClientFrame, ServerFrame, StreamId } from '@confab/contract';
import type { LinkId } from '../realtime/protocol.ts';

export const me = '00000000-0000-7000-8000-000000000001';
export const mine: StreamId = `user:${me}`;

export type LogEntry = { seq: number; id: string; type: 'message.created' | 'member.added' | 'member.removed'; data: unknown };

type Log = { head: number; oldest: number; entries: LogEntry[] };
type Attached = { connectionId: string; identified: boolean; live: Set<StreamId>; out: ServerFrame[] };

export type ModelGateway = ReturnType<typeof createModelGateway>;

/**
 * A gateway as realtime.md promises it to be, over logs in memory: replay, resync, membership, epochs. What it says is queued
 * by connection; the test decides when it arrives, and what happens to it under way.
 */
export function createModelGateway() {
  const logs = new Map<StreamId, Log>([[mine, { head: 0, oldest: 1, entries: [] }]]);
  const joined = new Map<string, number>();
  const links = new Map<LinkId, Attached>();
  let epochs = 1;
  let ids = 0;

  const epoch = () => `epoch-${epochs}`;
  const log = (stream: StreamId): Log => {
    const known = logs.get(stream) ?? { head: 0, oldest: 1, entries: [] };
    logs.set(stream, known);
    return known;
  };
  const myStreams = (): StreamId[] => [mine, ...[...joined.keys()].map((room): StreamId => `room:${room}`)];

  function append(stream: StreamId, type: LogEntry['type'], build: (seq: number) => unknown): LogEntry {
    const into = log(stream);
    into.head += 1;
    const entry = { seq: into.head, id: `${epoch()}/${stream}/${(ids += 1)}`, type, data: build(into.head) };
    into.entries.push(entry);
    for (const link of links.values()) if (link.live.has(stream)) link.out.push(frameOf(stream, entry));
    return entry;
  }

  function frameOf(stream: StreamId, entry: LogEntry): ServerFrame {
    // Every seventh is of a blocked author.
    if (entry.type === 'message.created' && entry.seq % 7 === 0) return { t: 'skipped', d: {}, r: stream, s: entry.seq };
    return { t: entry.type, d: entry.data, r: stream, s: entry.seq, tp: entry.id } as unknown as ServerFrame;
  }

  function attach(link: Attached, stream: StreamId, cursor: number, sameEpoch: boolean): void {
    const { head, oldest, entries } = log(stream);
    const joinedSeq = stream === mine ? 0 : (joined.get(stream.slice(5)) ?? 0);
    const reason = !sameEpoch ? 'epoch' : cursor > head ? 'beyond_head' : cursor < joinedSeq ? 'before_join' : cursor + 1 < oldest ? 'too_old' : undefined;
    if (reason) link.out.push({ t: 'resync', d: { head, epoch: epoch(), reason }, r: stream });
    else for (const entry of entries) if (entry.seq > cursor) link.out.push(frameOf(stream, entry));
    link.live.add(stream);
    link.out.push({ t: 'synced', d: {}, r: stream, s: head });
  }

  function identify(link: Attached, d: Extract<ClientFrame, { t: 'identify' }>['d']): void {
    const streams = myStreams();
    const cursors = (d.cursors ?? {}) as Record<StreamId, number>;
    const refused = (Object.keys(cursors) as StreamId[]).filter((stream) => !streams.includes(stream));
    link.identified = true;
    link.out.push({
      t: 'ready',
      d: { user: { id: me, username: 'me', displayName: 'Me' }, epoch: epoch(), streams: Object.fromEntries(streams.map((stream) => [stream, log(stream).head])), refused },
    });
    for (const stream of streams) attach(link, stream, cursors[stream] ?? log(stream).head, cursors[stream] === undefined || d.epoch === epoch());
  }

  return {
    links,
    logs,
    myStreams,
    epoch,
    open(id: LinkId) {
      const connectionId = `connection-${id}`;
      links.set(id, { connectionId, identified: false, live: new Set(), out: [{ t: 'hello', d: { connectionId, heartbeatMs: 30_000 } }] });
    },
    hear(id: LinkId, frame: ClientFrame) {
      const link = links.get(id);
      if (!link) return;
      if (frame.t === 'identify' && !link.identified) identify(link, frame.d);
      if (frame.t === 'heartbeat') link.out.push({ t: 'heartbeat', d: {} });
      if (frame.t === 'subscribe') for (const [stream, seq] of Object.entries(frame.d.streams)) attach(link, stream as StreamId, seq ?? log(stream as StreamId).head, true);
    },
    say(room: string) {
      append(`room:${room}`, 'message.created', () => ({ roomId: room }));
    },
    join(room: string) {
      if (joined.has(room)) return;
      const { seq: joinedSeq } = append(`room:${room}`, 'member.added', () => ({ roomId: room }));
      joined.set(room, joinedSeq);
      append(mine, 'member.added', () => ({ roomId: room, joinedSeq }));
      for (const link of links.values()) if (link.live.has(mine)) attach(link, `room:${room}`, joinedSeq, true);
    },
    leave(room: string) {
      const joinedSeq = joined.get(room);
      if (joinedSeq === undefined) return;
      append(`room:${room}`, 'member.removed', () => ({ roomId: room }));
      for (const link of links.values()) link.live.delete(`room:${room}`);
      joined.delete(room);
      append(mine, 'member.removed', () => ({ roomId: room, joinedSeq }));
    },
    /** Old events are thrown away. */
    retain() {
      for (const each of logs.values()) {
        each.oldest = Math.max(each.oldest, each.head - 1);
        each.entries = each.entries.filter((entry) => entry.seq >= each.oldest);
      }
    },
    /** A restored database: the last events of my rooms never happened. Every connection is lost. */
    restore(sameEpoch: boolean) {
      if (!sameEpoch) epochs += 1;
      for (const [stream, each] of logs) {
        const floor = joined.get(stream.slice(5)) ?? each.head;
        each.head = Math.max(floor, each.head - 2);
        each.oldest = Math.min(each.oldest, each.head + 1);
        each.entries = each.entries.filter((entry) => entry.seq <= each.head);
      }
      links.clear();
    },
    drain() {
      for (const link of links.values()) if (link.identified) link.out.push({ t: 'reconnect', d: { afterMs: 1000, url: null } });
    },
  };
}

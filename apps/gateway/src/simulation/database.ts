import type { EventType, StreamId } from '@confab/contract';
import type { StreamEvent } from '@confab/stream';

import type { Time } from './time.ts';

/** A user's stay in a room: he may be given the numbers above `joinedSeq`, up to `removedSeq` if he has left. */
export interface Stay {
  readonly joinedSeq: number;
  removedSeq: number;
}

interface Commit {
  readonly events: readonly StreamEvent[];
  readonly joined?: { room: StreamId; user: string };
  readonly left?: { room: StreamId; user: string };
}

interface History {
  readonly epoch: string;
  readonly commits: Commit[];
  readonly logs: Map<StreamId, StreamEvent[]>;
  /** Which commit each event came with. */
  readonly commitOf: Map<StreamId, number[]>;
  /** Events at and below are no longer kept. */
  readonly dropped: Map<StreamId, number>;
  readonly stays: Map<string, Stay[]>;
}

/** The primary, its replica, and every history there ever was. */
export interface SimulatedDatabase {
  readonly epoch: string;
  /** Both return the committed events, to be published. */
  send(room: StreamId, user: string, bytes: number): readonly StreamEvent[];
  join(room: StreamId, user: string): readonly StreamEvent[];
  leave(room: StreamId, user: string): readonly StreamEvent[];
  note(user: string): readonly StreamEvent[];
  head(stream: StreamId): number;
  joinedSeq(room: StreamId, user: string): number | undefined;
  roomsOf(user: string): StreamId[];
  read(stream: StreamId, afterSeq: number, limit: number): StreamEvent[];
  /** Drops the log of a stream but for its last events. */
  trim(stream: StreamId, keep: number): void;
  /** Another server takes over that had not seen the last commits. */
  failOver(lostCommits: number): void;
  setReplicaStopped(isStopped: boolean): void;
  event(epoch: string, stream: StreamId, seq: number): StreamEvent | undefined;
  stays(epoch: string, room: StreamId, user: string): readonly Stay[];
}

export function createDatabase(time: Time, streams: readonly StreamId[]): SimulatedDatabase {
  const histories = new Map<string, History>();
  let present = begin('e0');
  let replayed = 0;
  let isReplicaStopped = false;

  function begin(epoch: string): History {
    const history = { epoch, commits: [], logs: new Map(streams.map((stream) => [stream, []])), commitOf: new Map(streams.map((stream) => [stream, []])), dropped: new Map(), stays: new Map() };
    histories.set(epoch, history);
    return history;
  }

  function apply(history: History, commit: Commit): void {
    history.commits.push(commit);
    for (const event of commit.events) {
      logOf(history, event.stream).push({ ...event, epoch: history.epoch });
      history.commitOf.get(event.stream)?.push(history.commits.length);
    }
    const seq = commit.events[0]?.seq ?? 0;
    if (commit.joined) staysOf(history, commit.joined.room, commit.joined.user).push({ joinedSeq: seq, removedSeq: Infinity });
    if (commit.left) {
      const stay = staysOf(history, commit.left.room, commit.left.user).at(-1);
      if (stay) stay.removedSeq = seq;
    }
  }

  function commit(drafts: { stream: StreamId; type: EventType; user?: string; d: object }[], change: Omit<Commit, 'events'> = {}): readonly StreamEvent[] {
    const events = drafts.map(({ stream, type, user, d }): StreamEvent => {
      const seq = logOf(present, stream).length + 1;
      // A membership's number is that of its own event in the room.
      const payload = JSON.stringify({ ...d, id: `${present.epoch} ${stream} ${seq}`, ...(change.joined === undefined ? {} : { joinedSeq: nextSeq(change.joined.room) }) });
      return {
        epoch: present.epoch, type, stream, seq, at: time.now(), subjectId: null, authorId: null, subjectUserId: user ?? null,
        control: type.startsWith('member.'), trace: null, payload,
      };
    });
    apply(present, { events, ...change });
    const position = present.commits.length;
    const history = present;
    time.at(time.latency(), () => {
      if (!isReplicaStopped && history === present) replayed = Math.max(replayed, position);
    });
    return events;
  }

  const nextSeq = (room: StreamId) => logOf(present, room).length + 1;

  function select(stream: StreamId, afterSeq: number, limit: number, head: number): StreamEvent[] {
    return logOf(present, stream).slice(Math.max(afterSeq, present.dropped.get(stream) ?? 0), head).slice(0, limit);
  }

  function replicaHead(stream: StreamId): number {
    const commits = present.commitOf.get(stream) ?? [];
    let head = commits.length;
    while (head > 0 && (commits[head - 1] ?? 0) > replayed) head -= 1;
    return head;
  }

  function joinedSeq(room: StreamId, user: string): number | undefined {
    const stay = staysOf(present, room, user).at(-1);
    return stay?.removedSeq === Infinity ? stay.joinedSeq : undefined;
  }

  return {
    get epoch() {
      return present.epoch;
    },
    send: (room, user, bytes) => (joinedSeq(room, user) === undefined ? [] : commit([{ stream: room, type: 'message.created', d: { content: 'x'.repeat(bytes) } }])),
    join(room, user) {
      if (joinedSeq(room, user) !== undefined) return [];
      const d = { roomId: room.slice(5) };
      return commit([{ stream: room, type: 'member.added', user, d }, { stream: `user:${user}`, type: 'member.added', user, d }], { joined: { room, user } });
    },
    leave(room, user) {
      const joined = joinedSeq(room, user);
      if (joined === undefined) return [];
      const d = { roomId: room.slice(5), joinedSeq: joined };
      return commit([{ stream: room, type: 'member.removed', user, d }, { stream: `user:${user}`, type: 'member.removed', user, d }], { left: { room, user } });
    },
    note: (user) => commit([{ stream: `user:${user}`, type: 'read.updated', d: {} }]),
    head: (stream) => logOf(present, stream).length,
    joinedSeq,
    roomsOf: (user) => streams.filter((stream) => stream.startsWith('room:') && joinedSeq(stream, user) !== undefined),
    read(stream, afterSeq, limit) {
      const shown = select(stream, afterSeq, limit, replicaHead(stream));
      return shown[0]?.seq === afterSeq + 1 ? shown : select(stream, afterSeq, limit, Infinity);
    },
    trim: (stream, keep) => void present.dropped.set(stream, Math.max(present.dropped.get(stream) ?? 0, logOf(present, stream).length - keep)),
    failOver(lostCommits) {
      const before = present;
      present = begin(`e${histories.size}`);
      for (const kept of before.commits.slice(0, Math.max(0, before.commits.length - lostCommits))) apply(present, kept);
      for (const [stream, dropped] of before.dropped) present.dropped.set(stream, Math.min(dropped, logOf(present, stream).length));
      replayed = Math.min(replayed, present.commits.length);
    },
    setReplicaStopped(isStopped) {
      isReplicaStopped = isStopped;
      if (!isStopped) replayed = present.commits.length;
    },
    event: (epoch, stream, seq) => histories.get(epoch)?.logs.get(stream)?.[seq - 1],
    stays: (epoch, room, user) => histories.get(epoch)?.stays.get(`${room} ${user}`) ?? [],
  };
}

function logOf(history: History, stream: StreamId): StreamEvent[] {
  const log = history.logs.get(stream);
  if (log === undefined) throw new Error(`there is no ${stream}`);
  return log;
}

function staysOf(history: History, room: StreamId, user: string): Stay[] {
  const key = `${room} ${user}`;
  const stays = history.stays.get(key) ?? [];
  history.stays.set(key, stays);
  return stays;
}

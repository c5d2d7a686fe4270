import type { ClientFrame, ServerFrame } from '@confab/contract';
import { expect, test } from 'vitest';
import { createMachine } from './machine.ts';
import type { Effect, Input } from './protocol.ts';

const me = '00000000-0000-7000-8000-000000000001';
const mine = `user:${me}` as const;
const urls = ['ws://one/gateway', 'ws://two/gateway'];

type Story = ReturnType<typeof begin>;

/** A machine and what it wanted done so far. */
function begin() {
  const machine = createMachine({ random: () => 0.5, chooseGateway: ([first]) => first ?? '' });
  const done: Effect[] = [];
  const put = (input: Input) => void done.push(...machine.step(input));
  const all = <D extends Effect['do']>(kind: D) => done.filter((effect) => effect.do === kind) as Extract<Effect, { do: D }>[];
  return {
    machine,
    put,
    all,
    last: <D extends Effect['do']>(kind: D) => all(kind).at(-1),
    timers() {
      const running = new Set<string>();
      for (const effect of done) {
        if (effect.do === 'timer') running.add(effect.name);
        if (effect.do === 'clear') running.delete(effect.name);
      }
      return [...running];
    },
    signals: (name: string) => all('signal').filter((signal) => signal.name === name),
    sent: (type: ClientFrame['t']) => all('send').filter(({ frame }) => frame.t === type),
    frame: (link: number, frame: ServerFrame) => put({ type: 'frame', link, frame }),
    say: (link: number, room: string, seq: number) => put({ type: 'frame', link, frame: { t: 'message.created', r: `room:${room}`, s: seq, d: {} } as unknown as ServerFrame }),
  };
}

function open(story: Story, link: number): void {
  story.put({ type: 'ticket', link, ticket: `ticket-${link}`, urls });
  story.frame(link, { t: 'hello', d: { connectionId: `connection-${link}`, heartbeatMs: 30_000 } });
}

function ready(story: Story, link: number, streams: Record<string, number>, epoch = 'one', refused: string[] = []): void {
  story.frame(link, { t: 'ready', d: { user: { id: me, username: 'me', displayName: 'Me' }, epoch, streams, refused } });
}

function sync(story: Story, link: number, streams: Record<string, number>): void {
  for (const [stream, seq] of Object.entries(streams)) story.frame(link, { t: 'synced', d: {}, r: stream, s: seq });
}

/** Live on link 1 as below, while link 2 of another gateway has said hello. */
function moving(): Story {
  const story = live();
  story.frame(1, { t: 'reconnect', d: { afterMs: 1_000, url: null } });
  story.put({ type: 'timer', name: 'handover' });
  open(story, 2);
  return story;
}

/** Live on link 1, at 5 in room a and 2 in my own stream. */
function live(): Story {
  const story = begin();
  story.put({ type: 'connect' });
  open(story, 1);
  ready(story, 1, { [mine]: 2, 'room:a': 5 });
  sync(story, 1, { [mine]: 2, 'room:a': 5 });
  return story;
}

test('ticket, hello, identify, ready, synced of every stream: live', () => {
  const story = begin();
  story.put({ type: 'connect' });
  expect(story.all('ticket')).toEqual([{ do: 'ticket', link: 1 }]);
  story.put({ type: 'ticket', link: 1, ticket: 't', urls });
  expect(story.last('open')).toEqual({ do: 'open', link: 1, url: 'ws://one/gateway?v=1' });
  expect(story.all('send')).toEqual([]);
  story.frame(1, { t: 'hello', d: { connectionId: 'c', heartbeatMs: 30_000 } });
  expect(story.all('send').map(({ frame }) => frame)).toEqual([{ t: 'identify', d: { ticket: 't' } }]);
  expect(story.machine.state).toBe('connecting');
  ready(story, 1, { [mine]: 2, 'room:a': 5 });
  sync(story, 1, { [mine]: 2 });
  expect(story.machine.state).toBe('catching-up');
  sync(story, 1, { 'room:a': 5 });
  expect(story.machine.state).toBe('live');
});

test('a cut: at once, with epoch, cursors and the name of the old connection, on another gateway', () => {
  const story = live();
  story.say(1, 'a', 6);
  story.put({ type: 'closed', link: 1, code: 1006, reason: '' });
  expect(story.signals('reconnecting').at(-1)).toMatchObject({ value: { attempt: 0, delayMs: 0 } });
  open(story, 2);
  expect(story.last('open')?.url).toBe('ws://two/gateway?v=1');
  expect(story.sent('identify').at(-1)?.frame.d).toEqual({ ticket: 'ticket-2', epoch: 'one', cursors: { [mine]: 2, 'room:a': 6 }, replaces: 'connection-1' });
});

test('a number too high: not applied, and a new connection from the cursor', () => {
  const story = live();
  story.say(1, 'a', 7);
  expect(story.all('deliver')).toEqual([]);
  expect(story.machine.counts.gaps).toBe(1);
  expect(story.last('shut')).toMatchObject({ link: 1 });
  open(story, 2);
  expect(story.sent('identify').at(-1)?.frame.d).toMatchObject({ cursors: { 'room:a': 5 } });
});

test('synced at a higher number than what came is a gap too', () => {
  const story = begin();
  story.put({ type: 'connect', from: { epoch: 'one', streams: { [mine]: 2, 'room:a': 5 } } });
  open(story, 1);
  ready(story, 1, { [mine]: 2, 'room:a': 7 });
  story.say(1, 'a', 6);
  sync(story, 1, { 'room:a': 7 });
  expect(story.machine.counts.gaps).toBe(1);
  expect(story.last('ticket')).toEqual({ do: 'ticket', link: 2 });
});

test('a second failure waits, between half a second and a bound that doubles', () => {
  const story = live();
  const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((link) => {
    story.put({ type: 'closed', link, code: 1006, reason: '' });
    story.put({ type: 'timer', name: 'retry' });
    return (story.signals('reconnecting').at(-1) as { value: { delayMs: number } }).value.delayMs;
  });
  expect(delays).toEqual([0, 1_250, 2_250, 4_250, 8_250, 15_250, 15_250, 15_250]);
});

test.each([
  [1000, 'stopped'],
  [1009, 'stopped'],
  [4400, 'stopped'],
  [4403, 'stopped'],
  [4409, 'stopped'],
  [4410, 'stopped'],
  [4426, 'stopped'],
  [1001, 'at once'],
  [1006, 'at once'],
  [1012, 'at once'],
  [4408, 'at once'],
  [4428, 'at once'],
  [4500, 'at once'],
  [1013, 'later'],
  [4429, 'later'],
  [4999, 'later'],
  [4401, 'reauthenticate'],
])('close code %i: %s', (code, expected) => {
  const story = live();
  story.put({ type: 'closed', link: 1, code, reason: '' });
  const reconnecting = story.signals('reconnecting')[0] as { value: { delayMs: number } } | undefined;
  const outcome = story.signals('stopped')[0] ? 'stopped' : story.all('reauthenticate')[0] ? 'reauthenticate' : reconnecting?.value.delayMs === 0 ? 'at once' : 'later';
  expect(outcome).toBe(expected);
});

test('4401: a new token, then at once; no session any more: the end', () => {
  const story = live();
  story.put({ type: 'closed', link: 1, code: 4401, reason: 'expired' });
  expect(story.machine.state).toBe('connecting');
  story.put({ type: 'reauthenticated' });
  expect(story.last('ticket')).toEqual({ do: 'ticket', link: 2 });
  story.put({ type: 'ticket-failed', link: 2, failure: { kind: 'unauthorized', reason: 'ended' } });
  story.put({ type: 'reauthentication-failed', failure: { kind: 'unauthorized', reason: 'ended' } });
  expect(story.signals('stopped')).toEqual([{ do: 'signal', name: 'stopped', value: { code: 4401, reason: 'ended' } }]);
  expect(story.machine.state).toBe('offline');
});

test('resync: announced before anything newer, and not live until the application has refetched', () => {
  const story = live();
  story.frame(1, { t: 'resync', r: 'room:a', d: { head: 9, epoch: 'one', reason: 'log_hole' } });
  story.say(1, 'a', 10);
  expect([story.all('announce')[0]?.resync.head, story.all('deliver')[0]?.event.seq]).toEqual([9, 10]);
  expect(story.machine.state).toBe('catching-up');
  story.put({ type: 'settled' });
  expect(story.machine.state).toBe('live');
});

test('a late copy of a resync never lowers the cursor, whatever its reason', () => {
  const story = live();
  for (const reason of ['too_old', 'beyond_head']) {
    story.frame(1, { t: 'resync', r: 'room:a', d: { head: 5, epoch: 'one', reason } });
    story.say(1, 'a', 6);
    story.frame(1, { t: 'resync', r: 'room:a', d: { head: 5, epoch: 'one', reason } });
    story.say(1, 'a', 6);
  }
  expect(story.all('deliver')).toHaveLength(1);
});

test('another epoch on an open connection: everything is asked for again on a new one', () => {
  const story = live();
  story.frame(1, { t: 'resync', r: 'room:a', d: { head: 3, epoch: 'two', reason: 'epoch' } });
  expect(story.last('shut')).toMatchObject({ link: 1 });
  open(story, 2);
  ready(story, 2, { [mine]: 1, 'room:a': 3 }, 'two');
  story.say(2, 'a', 6);
  expect(story.all('deliver'), 'a number of the old history').toEqual([]);
  story.frame(2, { t: 'resync', r: 'room:a', d: { head: 3, epoch: 'two', reason: 'epoch' } });
  story.say(2, 'a', 4);
  expect(story.machine.ledger.cursors()).toEqual({ 'room:a': 4 });
  sync(story, 2, { [mine]: 1 });
  expect(story.all('announce').map(({ resync }) => [resync.stream, resync.head])).toEqual([['room:a', 3], [mine, 1]]);
});

test('reconnect: the new connection is complete before the old one is left, and nothing comes twice', () => {
  const story = live();
  story.frame(1, { t: 'reconnect', d: { afterMs: 1_000, url: null } });
  expect(story.last('timer')).toEqual({ do: 'timer', name: 'handover', ms: 500 });
  story.put({ type: 'timer', name: 'handover' });
  open(story, 2);
  expect(story.last('open')?.url).toBe('ws://two/gateway?v=1');
  expect(story.sent('identify').at(-1)?.frame.d).toMatchObject({ replaces: 'connection-1', cursors: { 'room:a': 5 } });
  story.say(1, 'a', 6);
  ready(story, 2, { [mine]: 2, 'room:a': 6 });
  expect([story.machine.state, story.all('shut')]).toEqual(['live', []]);
  story.say(2, 'a', 6);
  sync(story, 2, { [mine]: 2 });
  story.say(2, 'a', 7);
  story.say(1, 'a', 7);
  sync(story, 2, { 'room:a': 6 });
  expect(story.all('shut')).toEqual([{ do: 'shut', link: 1, code: 1000, reason: 'handed over' }]);
  expect(story.all('deliver').map(({ event }) => event.seq)).toEqual([6, 7]);
  expect(story.signals('state').slice(-1)).toMatchObject([{ value: { state: 'live' } }]);
  story.put({ type: 'closed', link: 1, code: 4410, reason: 'replaced' });
  expect(story.machine.state).toBe('live');
});

test('the old connection ends while the new one is made: the new one carries on', () => {
  const story = live();
  story.frame(1, { t: 'reconnect', d: { afterMs: 0, url: null } });
  story.put({ type: 'timer', name: 'handover' });
  open(story, 2);
  story.put({ type: 'closed', link: 1, code: 1012, reason: '' });
  expect([story.machine.state, story.signals('reconnecting')]).toEqual(['connecting', []]);
  ready(story, 2, { [mine]: 2, 'room:a': 5 });
  sync(story, 2, { [mine]: 2, 'room:a': 5 });
  expect(story.machine.state).toBe('live');
});

test('a handover into another epoch leaves the old history at once', () => {
  const story = live();
  story.frame(1, { t: 'reconnect', d: { afterMs: 0, url: null } });
  story.put({ type: 'timer', name: 'handover' });
  open(story, 2);
  ready(story, 2, { [mine]: 1, 'room:a': 5 }, 'two');
  expect(story.last('shut')).toMatchObject({ link: 1 });
  story.frame(2, { t: 'resync', r: 'room:a', d: { head: 5, epoch: 'two', reason: 'epoch' } });
  story.say(1, 'a', 6);
  expect(story.all('deliver')).toEqual([]);
});

test('what a connection that was left still says does not count', () => {
  const story = live();
  story.put({ type: 'timer', name: 'beat:1' });
  story.put({ type: 'timer', name: 'beat:1' });
  expect(story.last('shut')).toMatchObject({ link: 1, reason: 'silence' });
  story.say(1, 'a', 6);
  story.put({ type: 'closed', link: 1, code: 4403, reason: '' });
  expect([story.all('deliver'), story.signals('stopped')]).toEqual([[], []]);
});

test('heartbeats: any frame is a sign of life; one silent period is death', () => {
  const story = live();
  story.put({ type: 'timer', name: 'beat:1' });
  expect(story.sent('heartbeat')).toHaveLength(1);
  story.frame(1, { t: 'heartbeat', d: {} });
  story.put({ type: 'timer', name: 'beat:1' });
  expect(story.sent('heartbeat')).toHaveLength(2);
  story.put({ type: 'timer', name: 'beat:1' });
  expect(story.last('ticket')).toEqual({ do: 'ticket', link: 2 });
});

test('the network comes back: no more waiting; on an open connection: is it alive?', () => {
  const story = live();
  story.put({ type: 'nudge', network: 'up' });
  expect([story.sent('heartbeat').length, story.last('timer')]).toEqual([1, { do: 'timer', name: 'beat:1', ms: 5_000 }]);
  story.put({ type: 'closed', link: 1, code: 1013, reason: '' });
  expect(story.machine.state).toBe('offline');
  story.put({ type: 'nudge', network: 'up' });
  expect(story.last('ticket')).toEqual({ do: 'ticket', link: 2 });
});

test('rooms gained and lost', () => {
  const story = live();
  const membership = (t: 'member.added' | 'member.removed', seq: number, roomId: string, joinedSeq: number) =>
    story.frame(1, { t, r: mine, s: seq, d: { roomId, joinedSeq } } as unknown as ServerFrame);
  story.say(1, 'b', 8);
  membership('member.added', 3, 'b', 7);
  story.say(1, 'b', 8);
  expect(story.machine.ledger.cursors()).toMatchObject({ 'room:b': 8 });
  membership('member.removed', 4, 'b', 7);
  story.say(1, 'b', 9);
  expect(story.all('deliver').map(({ event }) => `${event.stream} ${event.seq}`)).toEqual([`${mine} 3`, 'room:b 8', `${mine} 4`]);
});

test('a room lost while it was still being replayed does not keep the client from being live', () => {
  const story = begin();
  story.put({ type: 'connect' });
  open(story, 1);
  ready(story, 1, { [mine]: 2, 'room:a': 5 });
  sync(story, 1, { [mine]: 2 });
  story.frame(1, { t: 'member.removed', r: mine, s: 3, d: { roomId: 'a', joinedSeq: 1 } } as unknown as ServerFrame);
  expect(story.machine.state).toBe('live');
});

test('a removal from before I joined again does not take the room away', () => {
  const story = begin();
  story.put({ type: 'connect', from: { epoch: 'one', streams: { [mine]: 2, 'room:a': 5 } } });
  open(story, 1);
  ready(story, 1, { [mine]: 4, 'room:a': 9 });
  story.frame(1, { t: 'resync', r: 'room:a', d: { head: 9, epoch: 'one', reason: 'before_join' } });
  story.frame(1, { t: 'member.removed', r: mine, s: 3, d: { roomId: 'a', joinedSeq: 1 } } as unknown as ServerFrame);
  story.frame(1, { t: 'member.added', r: mine, s: 4, d: { roomId: 'a', joinedSeq: 7 } } as unknown as ServerFrame);
  story.say(1, 'a', 10);
  expect(story.all('deliver').at(-1)?.event).toMatchObject({ stream: 'room:a', seq: 10 });
  expect(story.all('announce').map(({ resync }) => resync.head)).toEqual([9, 9]);
});

test('while I move to another gateway, a room that I left and joined again says nothing of its time before', () => {
  const story = moving();
  ready(story, 2, { [mine]: 4, 'room:a': 7 });
  story.frame(2, { t: 'member.removed', r: mine, s: 3, d: { roomId: 'a', joinedSeq: 1 } } as unknown as ServerFrame);
  // Still under way on the old connection: my leaving, as the room saw it.
  story.say(1, 'a', 6);
  story.frame(2, { t: 'member.added', r: mine, s: 4, d: { roomId: 'a', joinedSeq: 7 } } as unknown as ServerFrame);
  story.frame(2, { t: 'resync', r: 'room:a', d: { head: 7, epoch: 'one', reason: 'before_join' } });
  story.say(2, 'a', 8);
  expect(story.all('deliver').map(({ event }) => [event.stream, event.seq])).toEqual([[mine, 3], [mine, 4], ['room:a', 8]]);
});

test('a gateway that I move to and that is behind does not bring back a room that I have left meanwhile', () => {
  const story = moving();
  story.frame(1, { t: 'member.removed', r: mine, s: 3, d: { roomId: 'a', joinedSeq: 1 } } as unknown as ServerFrame);
  story.frame(1, { t: 'member.added', r: mine, s: 4, d: { roomId: 'a', joinedSeq: 7 } } as unknown as ServerFrame);
  story.say(1, 'a', 8);
  story.frame(1, { t: 'member.removed', r: mine, s: 5, d: { roomId: 'a', joinedSeq: 7 } } as unknown as ServerFrame);
  ready(story, 2, { [mine]: 4, 'room:a': 7 });
  story.frame(2, { t: 'resync', r: 'room:a', d: { head: 7, epoch: 'one', reason: 'before_join' } });
  story.say(2, 'a', 8);
  sync(story, 2, { [mine]: 4 });
  expect(story.all('deliver').map(({ event }) => [event.stream, event.seq])).toEqual([[mine, 3], [mine, 4], ['room:a', 8], [mine, 5]]);
  expect([story.machine.state, story.all('announce'), Object.keys(story.machine.ledger.cursors())]).toEqual(['live', [], [mine]]);
});

test('a gateway that I move to and that is behind does not take away a room that I have joined meanwhile', () => {
  const story = moving();
  story.frame(1, { t: 'member.removed', r: mine, s: 3, d: { roomId: 'a', joinedSeq: 1 } } as unknown as ServerFrame);
  story.frame(1, { t: 'member.added', r: mine, s: 4, d: { roomId: 'a', joinedSeq: 7 } } as unknown as ServerFrame);
  ready(story, 2, { [mine]: 3 }, 'one', ['room:a']);
  sync(story, 2, { [mine]: 3 });
  story.frame(2, { t: 'member.added', r: mine, s: 4, d: { roomId: 'a', joinedSeq: 7 } } as unknown as ServerFrame);
  sync(story, 2, { 'room:a': 7 });
  story.say(2, 'a', 8);
  expect(story.all('deliver').at(-1)?.event).toMatchObject({ stream: 'room:a', seq: 8 });
  expect([story.machine.state, story.signals('ready').at(-1)]).toMatchObject(['live', { value: { refused: [] } }]);
});

test('never more than 1,000 cursors: mine and the rooms heard last; the others are subscribed to or announced', () => {
  const story = begin();
  const rooms = Array.from({ length: 1_100 }, (_, n) => [`room:${n}`, 1] as const);
  story.put({ type: 'connect', from: { epoch: 'one', streams: { ...Object.fromEntries(rooms), [mine]: 2 } } });
  open(story, 1);
  const { cursors } = story.sent('identify')[0]!.frame.d as { cursors: Record<string, number> };
  expect([Object.keys(cursors).length, cursors[mine], cursors['room:1099'], cursors['room:100']]).toEqual([1_000, 2, 1, undefined]);
  const heads = Object.fromEntries(rooms.slice(51));
  ready(story, 1, { ...heads, [mine]: 2, 'room:51': 4 });
  const subscribed = story.sent('subscribe').map(({ frame }) => Object.keys((frame as { d: { streams: object } }).d.streams).length);
  expect(subscribed).toEqual([50, 1]);
  expect(story.all('announce').map(({ resync }) => [resync.stream, resync.head, resync.reason])).toEqual([['room:51', 4, 'too_many']]);
});

test('streams asked for: from a number, from the head, and not mine', () => {
  const story = live();
  story.put({ type: 'subscribe', streams: { 'room:b': 3, 'room:c': null, 'room:d': null } });
  expect(story.sent('subscribe').at(-1)?.frame.d).toEqual({ streams: { 'room:b': 3, 'room:c': null, 'room:d': null } });
  const problem = { type: '/', code: 'stream.not_found', title: '', status: 404, retryable: false, requestId: 'r', errors: [{ path: '/d/streams/room:d', message: 'is not yours' }] };
  story.frame(1, { t: 'error', d: { problem } });
  story.say(1, 'b', 4);
  sync(story, 1, { 'room:b': 4, 'room:c': 9 });
  story.say(1, 'c', 10);
  expect([story.machine.state, story.machine.ledger.cursors()]).toEqual(['live', { [mine]: 2, 'room:a': 5, 'room:b': 4, 'room:c': 10 }]);
  story.put({ type: 'unsubscribe', streams: ['room:b'] });
  story.say(1, 'b', 5);
  expect(story.all('deliver').map(({ event }) => event.seq)).toEqual([4, 10]);
});

test('events of types that this version does not know move the cursor and are delivered', () => {
  const story = live();
  story.frame(1, { t: 'room.painted', r: 'room:a', s: 6, d: {} } as unknown as ServerFrame);
  expect(story.last('deliver')?.event).toMatchObject({ type: 'room.painted', seq: 6 });
});

test('a new token is told to the open connection', () => {
  const story = live();
  story.put({ type: 'token', accessToken: 'new' });
  expect(story.last('send')).toEqual({ do: 'send', link: 1, frame: { t: 'refresh', d: { accessToken: 'new' } } });
});

test('presence is heard, and moves nothing', () => {
  const story = live();
  story.frame(1, { t: 'presence', d: { userId: me, state: 'away' } });
  expect(story.signals('presence')).toMatchObject([{ value: { userId: me, state: 'away' } }]);
  expect([story.all('deliver'), story.machine.ledger.cursors()]).toEqual([[], { [mine]: 2, 'room:a': 5 }]);
});

test('what I do and look at is said at once, and again on each new connection until I sign out', () => {
  const story = begin();
  const away = { t: 'presence', d: { state: 'away' } } as const;
  const focus: ClientFrame = { t: 'focus', d: { roomId: 'a', watch: [me] } };
  const standing = (link: number) => story.all('send').filter((effect) => effect.link === link && (effect.frame.t === 'presence' || effect.frame.t === 'focus')).map(({ frame }) => frame);
  // Nobody is there to be told yet.
  story.put({ type: 'stand', frame: { t: 'presence', d: { state: 'online' } } });
  story.put({ type: 'stand', frame: away });
  story.put({ type: 'connect' });
  open(story, 1);
  ready(story, 1, { [mine]: 2 });
  expect(standing(1)).toEqual([away]);
  story.put({ type: 'stand', frame: focus });
  expect(standing(1)).toEqual([away, focus]);
  sync(story, 1, { [mine]: 2 });

  // The gateway drains: the next connection is told as well, and both of what changes meanwhile.
  story.frame(1, { t: 'reconnect', d: { afterMs: 0, url: null } });
  story.put({ type: 'timer', name: 'handover' });
  open(story, 2);
  ready(story, 2, { [mine]: 2 });
  expect(standing(2)).toEqual([away, focus]);
  const elsewhere = { t: 'focus', d: { roomId: null } } as const;
  story.put({ type: 'stand', frame: elsewhere });
  expect([standing(1).at(-1), standing(2).at(-1)]).toEqual([elsewhere, elsewhere]);
  sync(story, 2, { [mine]: 2 });

  story.put({ type: 'closed', link: 2, code: 1006, reason: '' });
  open(story, 3);
  ready(story, 3, { [mine]: 2 });
  expect(standing(3)).toEqual([away, elsewhere]);
  story.put({ type: 'forget', reason: 'signed out' });
  story.put({ type: 'connect' });
  open(story, 4);
  ready(story, 4, { [mine]: 2 });
  expect(standing(4)).toEqual([]);
});

test.each([
  [4409, '', 'The user has as many connections as are allowed.'],
  [4409, 'ten connections are open already', 'ten connections are open already'],
  [4410, '', 'The connection was replaced by its own resume.'],
])('%i (%j) ends it, with a reason for people', (code, given, told) => {
  const story = live();
  story.put({ type: 'closed', link: 1, code, reason: given });
  expect(story.signals('stopped')).toMatchObject([{ value: { code, reason: told } }]);
  expect([story.machine.state, story.timers()]).toEqual(['offline', []]);
});

test('replaced by its own successor, a connection ends and the successor goes on', () => {
  const story = live();
  story.frame(1, { t: 'reconnect', d: { afterMs: 0, url: null } });
  story.put({ type: 'timer', name: 'handover' });
  open(story, 2);
  expect(story.sent('identify').at(-1)?.frame.d).toMatchObject({ replaces: 'connection-1' });
  story.put({ type: 'closed', link: 1, code: 4410, reason: '' });
  expect(story.signals('stopped')).toEqual([]);
  ready(story, 2, { [mine]: 2, 'room:a': 5 });
  sync(story, 2, { [mine]: 2, 'room:a': 5 });
  expect(story.machine.state).toBe('live');
  expect(story.all('ticket').map(({ link }) => link)).toEqual([1, 2]);
});

test('close leaves nothing behind: no socket, no timer', () => {
  const story = live();
  story.frame(1, { t: 'reconnect', d: { afterMs: 0, url: null } });
  story.put({ type: 'timer', name: 'handover' });
  story.put({ type: 'close' });
  expect(story.all('shut').map(({ link }) => link)).toEqual([1, 2]);
  expect([story.machine.state, story.timers()]).toEqual(['offline', []]);
});

import type { ServerFrame } from '@confab/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { createConfab } from '../confab.ts';
import { StoppedError } from '../problem.ts';
import { createScriptedServer, cut, json, problem, session } from '../testing/scripted-server.ts';
import type { SocketListeners } from './socket.ts';

const me = '00000000-0000-7000-8000-000000000001';
const mine = `user:${me}`;

/** A client whose sockets are in the test's hand. */
async function begin(tickets: () => Response | Error = () => json(201, { ticket: 't', url: 'ws://one/gateway', urls: ['ws://one/gateway'], expiresInSeconds: 30 })) {
  const server = createScriptedServer(({ path }) => (path === '/gateway/tickets' ? tickets() : json(200, session(server.requests.length))));
  const sockets: { url: string; hear: SocketListeners; said: unknown[]; closed?: number }[] = [];
  const confab = createConfab({
    baseUrl: 'http://confab.test',
    fetch: server.fetch,
    retryWithinMs: 0,
    webSocket(url, hear) {
      const socket: (typeof sockets)[number] = { url, hear, said: [] };
      sockets.push(socket);
      return { send: (text) => void socket.said.push(JSON.parse(text)), close: (code) => void (socket.closed = code) };
    },
  });
  await confab.auth.signIn({ username: 'ada', password: 'x' });
  const say = (frame: ServerFrame, at = sockets.length - 1) => sockets[at]?.hear.received(JSON.stringify(frame));
  return {
    confab,
    sockets,
    server,
    say,
    async goLive() {
      const live = confab.realtime.connect();
      await vi.waitFor(() => expect(sockets.length).toBeGreaterThan(0));
      say({ t: 'hello', d: { connectionId: 'c', heartbeatMs: 30_000 } });
      say({ t: 'ready', d: { user: { id: me, username: 'ada', displayName: 'Ada' }, epoch: 'one', streams: { [mine]: 0, 'room:a': 5 }, refused: [] } });
      say({ t: 'synced', d: {}, r: mine, s: 0 });
      say({ t: 'synced', d: {}, r: 'room:a', s: 5 });
      await live;
    },
  };
}

const message = (seq: number) => ({ t: 'message.created', r: 'room:a', s: seq, d: { roomId: 'a', author: { id: 'u' } } }) as unknown as ServerFrame;

afterEach(() => void vi.useRealTimers());

test('connect settles with live; handlers hear what they asked for until they stop', async () => {
  const { confab, say, goLive } = await begin();
  const heard: string[] = [];
  const off = confab.realtime.on('message.created', ({ type, stream, seq, data }) => void heard.push(`${type} ${stream} ${seq} ${data.roomId}`));
  confab.realtime.on('event', ({ seq }) => void heard.push(`event ${seq}`));
  await goLive();
  say(message(6));
  off();
  say(message(7));
  expect(heard).toEqual(['message.created room:a 6 a', 'event 6', 'event 7']);
  expect([confab.realtime.epoch, confab.realtime.cursors, confab.realtime.counts.applied]).toEqual(['one', { [mine]: 0, 'room:a': 7 }, 2]);
  confab.close();
});

test('a handler that throws is logged, and the others hear the event', async () => {
  const { confab, say, goLive } = await begin();
  let heard = 0;
  confab.realtime.on('message.created', () => {
    throw new Error('handler');
  });
  confab.realtime.on('message.created', () => void (heard += 1));
  await goLive();
  say(message(6));
  say(message(7));
  expect(heard).toBe(2);
  confab.close();
});

test('events wait while an async resync handler is at work, and the state says so', async () => {
  const { confab, say, goLive } = await begin();
  const heard: number[] = [];
  let fetched = () => undefined as void;
  confab.realtime.on('message.created', ({ seq }) => void heard.push(seq));
  confab.realtime.on('resync', () => new Promise<void>((resolve) => (fetched = resolve)));
  await goLive();
  say({ t: 'resync', r: 'room:a', d: { head: 8, epoch: 'one', reason: 'log_hole' } });
  say(message(9));
  expect([heard, confab.realtime.state]).toEqual([[], 'catching-up']);
  fetched();
  await vi.waitFor(() => expect(confab.realtime.state).toBe('live'));
  expect(heard).toEqual([9]);
  confab.close();
});

test('close: the socket gets its goodbye, and nothing is left running', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { confab, sockets, goLive } = await begin();
  await goLive();
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  confab.close();
  expect([sockets[0]?.closed, confab.realtime.state, vi.getTimerCount()]).toEqual([1000, 'offline', 0]);
});

test('close while waiting to try again: nothing is left running', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { confab } = await begin(() => cut());
  const live = confab.realtime.connect();
  await vi.waitFor(() => expect(confab.realtime.state).toBe('offline'));
  confab.realtime.close();
  await expect(live).rejects.toBeInstanceOf(StoppedError);
  expect(vi.getTimerCount()).toBe(0);
});

test('a handler may close the connection', async () => {
  const { confab, sockets, say, goLive } = await begin();
  confab.realtime.on('message.created', () => confab.realtime.close());
  await goLive();
  say(message(6));
  say(message(7));
  expect([sockets[0]?.closed, confab.realtime.counts.applied]).toEqual([1000, 1]);
});

test('without a session there is no connection', async () => {
  const { fetch } = createScriptedServer(() => problem('auth.required'));
  const confab = createConfab({ baseUrl: 'http://confab.test', fetch });
  await expect(confab.realtime.connect()).rejects.toMatchObject({ name: 'StoppedError' });
  expect(confab.realtime.state).toBe('offline');
});

test('signing out ends the connection and forgets the cursors', async () => {
  const { confab, sockets, goLive } = await begin();
  const stopped: string[] = [];
  confab.realtime.on('stopped', ({ reason }) => void stopped.push(reason));
  await goLive();
  await confab.auth.signOut();
  expect([sockets[0]?.closed, confab.realtime.cursors, stopped]).toEqual([1000, {}, ['signed out']]);
});

test('typing is said every three seconds, anew after a message of mine, never while offline', async () => {
  const { confab, sockets, say, goLive } = await begin();
  confab.realtime.sendTyping('a');
  await goLive();
  const typed = () => sockets[0]?.said.filter((frame) => (frame as { t: string }).t === 'typing').length;
  confab.realtime.sendTyping('a');
  confab.realtime.sendTyping('a');
  confab.realtime.sendTyping('b');
  expect(typed()).toBe(2);
  say(message(6));
  confab.realtime.sendTyping('a');
  expect(typed()).toBe(3);
  confab.close();
});

test('a frame that is not JSON is a failure like another', async () => {
  const { confab, sockets, goLive } = await begin();
  await goLive();
  sockets[0]?.hear.received('{');
  expect([sockets[0]?.closed, confab.realtime.state]).toEqual([3000, 'offline']);
  confab.close();
});

test('presence: said, watched, heard', async () => {
  const { confab, sockets, say, goLive } = await begin();
  await goLive();
  const heard: string[] = [];
  confab.realtime.on('presence', ({ userId, state }) => void heard.push(`${userId} ${state}`));
  confab.realtime.setPresence('away');
  confab.realtime.focus('a', ['u']);
  // Whoever is watched stays so until another list comes.
  confab.realtime.focus('b');
  confab.realtime.focus(null, []);
  say({ t: 'presence', d: { userId: 'u', state: 'offline' } });
  expect(sockets[0]?.said.slice(1)).toEqual([
    { t: 'presence', d: { state: 'away' } },
    { t: 'focus', d: { roomId: 'a', watch: ['u'] } },
    { t: 'focus', d: { roomId: 'b', watch: ['u'] } },
    { t: 'focus', d: { roomId: null, watch: [] } },
  ]);
  expect(heard).toEqual(['u offline']);
  confab.close();
});

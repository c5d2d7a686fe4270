import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';

import type { Schemas } from '@confab/contract';
import { type SocketProbe, startApp, startTestStack, type TestStack, UpgradeRefused } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ gateways: 2, env: { IDENTIFY_TIMEOUT_MS: '1500', DRAIN_SPREAD_MS: '400' } });
}, 120_000);
afterAll(() => stack.stop());

interface Member {
  readonly id: string;
  readonly own: `user:${string}`;
  readonly accessToken: string;
  call<T>(method: string, path: string, body?: object): Promise<T>;
}

async function newMember(): Promise<Member> {
  const username = `u${randomUUID().slice(0, 8)}`;
  const credentials = { username, email: `${username}@example.org`, password: randomUUID() };
  const session = await call<Schemas['AuthSession']>('POST', '/auth/register', credentials);
  const { accessToken, user } = session;
  return { id: user.id, own: `user:${user.id}`, accessToken, call: (method, path, body) => call(method, path, body, accessToken) };
}

async function call<T>(method: string, path: string, body?: object, token?: string): Promise<T> {
  const headers = { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await stack.fetch(`${stack.baseUrl}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

const newTicket = async (member: Member) => (await member.call<Schemas['GatewayTicket']>('POST', '/gateway/tickets')).ticket;
const newRoom = (owner: Member) => owner.call<Schemas['Room']>('POST', '/rooms', { name: `room ${randomUUID().slice(0, 8)}`, kind: 'public' });
const say = (member: Member, { id }: Schemas['Room'], content: string) => member.call<Schemas['Message']>('POST', `/rooms/${id}/messages`, { content, nonce: randomUUID() });

async function identified(member: Member, given: { cursors?: Record<string, number>; epoch?: string; gateway?: number } = {}) {
  const { gateway = 0, ...d } = given;
  const probe = await stack.probe({ gateway });
  probe.send({ t: 'identify', d: { ticket: await newTicket(member), ...d }, ref: 'me' });
  const ready = await probe.next('ready');
  return Object.assign(probe, { ready });
}

/** What came of one stream so far, in short. */
const of = (probe: SocketProbe, stream: string) =>
  probe.frames.flatMap((frame) => ('r' in frame && frame.r === stream ? [`${frame.t} ${frame.s ?? ''}`.trim()] : []));

/** Everything sent before it has been handled. */
async function answered(probe: SocketProbe): Promise<void> {
  const ref = randomUUID();
  probe.send({ t: 'unsubscribe', d: { streams: { [`room:${randomUUID()}`]: null } }, ref });
  await probe.next('error', (frame) => frame.ref === ref);
}

describe('before identify', () => {
  const big = { t: 'identify', d: { ticket: 'x'.repeat(70_000) } };
  it.for<[string, object | string | Buffer, number]>([
    ['text that is no JSON', 'hello', 4400],
    ['JSON that is no frame', '[1]', 4400],
    ['a frame without a type', { d: {} }, 4400],
    ['bytes', Buffer.from('{"t":"identify","d":{"ticket":"x"}}'), 4400],
    ['a heartbeat', { t: 'heartbeat', d: {} }, 4400],
    ['a frame of no known type', { t: 'shout', d: {} }, 4400],
    ['more than 64 KiB', big, 1009],
    ['a ticket that is none', { t: 'identify', d: { ticket: 'nonsense' } }, 4401],
  ])('%s closes', async ([, frame, code]) => {
    const probe = await stack.probe();
    expect((await probe.next('hello')).d).toMatchObject({ heartbeatMs: 30_000 });
    probe.send(frame);
    expect((await probe.closed()).code).toBe(code);
  });

  it('text that is no UTF-8 closes', async () => {
    const socket = new WebSocket(stack.gatewayUrls[0]!);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1007);
  });

  it('an identify of the wrong shape is told so, and silence closes', async () => {
    const probe = await stack.probe();
    probe.send({ t: 'identify', d: {}, ref: 'a' });
    expect(await probe.next('error')).toMatchObject({ ref: 'a', d: { problem: { code: 'frame.invalid', status: 400 } } });
    expect((await probe.closed()).code).toBe(4428);
  });

  it('a ticket opens one connection', async () => {
    const ticket = await newTicket(await newMember());
    const [first, second] = [await stack.probe(), await stack.probe({ gateway: 1 })];
    first.send({ t: 'identify', d: { ticket } });
    await first.next('ready');
    second.send({ t: 'identify', d: { ticket } });
    expect((await second.closed()).code).toBe(4401);
  });

  it('a ticket of a session that has ended opens none', async () => {
    const member = await newMember();
    const ticket = await newTicket(member);
    await member.call('POST', '/auth/logout');
    const probe = await stack.probe();
    probe.send({ t: 'identify', d: { ticket } });
    expect((await probe.closed()).code).toBe(4401);
    expect(probe.frames.map(({ t }) => t)).toEqual(['hello']);
  });
});

describe('the upgrade', () => {
  const statusOf = (probe: Promise<SocketProbe>) => probe.then(() => 101, (error: unknown) => (error instanceof UpgradeRefused ? error.status : error));

  it('is for the origins that are allowed, letter by letter, and for who has none', async () => {
    const origins = [stack.baseUrl, undefined, 'https://evil.example', `${stack.baseUrl}/`, 'null'];
    const statuses = await Promise.all(origins.map((origin) => statusOf(stack.probe(origin === undefined ? {} : { origin }))));
    expect(statuses).toEqual([101, 101, 403, 403, 403]);
  });

  it('is answered in one write with hello, in each of ten', async () => {
    const { host, hostname, port } = new URL(stack.gatewayUrls[0]!);
    const handshake = `GET /gateway?v=1 HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`;
    for (let times = 0; times < 10; times += 1) {
      const socket = connect(Number(port), hostname).setEncoding('latin1');
      socket.write(handshake);
      const first = await new Promise<string>((resolve) => socket.once('data', resolve));
      socket.destroy();
      expect(first).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\n.{2}\{"t":"hello",.*\}$/s);
    }
  });

  it('is at one path, and speaks one version', async () => {
    const url = new URL(stack.gatewayUrls[0]!);
    expect(await fetch(`http://${url.host}/gateway`).then(({ status }) => status)).toBe(404);
    const elsewhere = new WebSocket(`ws://${url.host}/elsewhere?v=1`);
    expect(await new Promise((resolve) => elsewhere.once('unexpected-response', (request, { statusCode }) => resolve((request.destroy(), statusCode))))).toBe(404);
    for (const query of ['', '?v=2']) {
      const other = new WebSocket(`ws://${url.host}/gateway${query}`);
      expect(await new Promise((resolve) => other.once('close', resolve))).toBe(4426);
    }
  });

  it('comes at a bounded rate; the rest is asked to come later', async () => {
    const { database, redisUrl, baseUrl } = stack;
    const secret = Buffer.alloc(32, 1).toString('base64url');
    const env = { DATABASE_URL: database.applicationUrl, REDIS_URL: redisUrl, PUBLIC_URL: baseUrl, CONFAB_SECRET: secret, HANDSHAKES_PER_SECOND: '3' };
    const gateway = await startApp('gateway', env);
    try {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/gateway?v=1`);
          socket.on('error', () => undefined);
          return new Promise((resolve) => {
            socket.once('open', () => resolve((socket.terminate(), 'open')));
            socket.once('unexpected-response', (request, { statusCode, headers }) => resolve((request.destroy(), `${statusCode} ${headers['retry-after']}`)));
          });
        }),
      );
      expect(outcomes.filter((outcome) => outcome === 'open').length).toBeGreaterThanOrEqual(3);
      expect(outcomes).toContain('503 1');
      const refused = outcomes.filter((outcome) => outcome === '503 1').length;
      const metrics = await fetch(`http://127.0.0.1:${gateway.opsPort}/metrics`).then((response) => response.text());
      expect(metrics).toContain(`confab_ws_refused_total{code="service.overloaded",process="gateway"} ${refused}\n`);
      await expect.poll(() => gateway.log.filter(({ msg }) => msg === 'upgrade refused').length).toBe(refused);
      expect(gateway.log.find(({ msg }) => msg === 'upgrade refused')).toMatchObject({ level: 'info', code: 'service.overloaded', address: '127.0.0.1', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    } finally {
      await gateway.stop();
    }
  });
});

describe('an identified client', () => {
  it('is told of each refused frame by its ref, and stays', async () => {
    const [member, stranger] = [await newMember(), await newMember()];
    const theirs = await newRoom(stranger);
    const probe = await identified(member);
    expect(probe.ready.ref).toBe('me');
    const refused: [object, string][] = [
      [{ t: 'shout', d: {} }, 'frame.unknown'],
      [{ t: 'heartbeat', d: {}, extra: 1 }, 'frame.invalid'],
      [{ t: 'typing', d: { roomId: 'lab' } }, 'frame.invalid'],
      [{ t: 'identify', d: { ticket: 'x' } }, 'frame.invalid'],
      [{ t: 'subscribe', d: { streams: { [`room:${theirs.id}`]: 0 } } }, 'stream.not_found'],
      [{ t: 'unsubscribe', d: { streams: { [`room:${theirs.id}`]: null } } }, 'stream.not_found'],
      [{ t: 'unsubscribe', d: { streams: { [member.own]: null } } }, 'frame.invalid'],
      [{ t: 'typing', d: { roomId: theirs.id } }, 'room.not_found'],
      [{ t: 'refresh', d: { accessToken: 'nonsense' } }, 'token.invalid'],
      [{ t: 'refresh', d: { accessToken: stranger.accessToken } }, 'token.invalid'],
    ];
    for (const [index, [frame, code]] of refused.entries()) {
      probe.send({ ...frame, ref: `r${index}` });
      expect(await probe.next('error'), JSON.stringify(frame)).toMatchObject({ ref: `r${index}`, d: { problem: { code } } });
    }
    for (const frame of [{ t: 'presence', d: { state: 'away' } }, { t: 'focus', d: { roomId: null } }, { t: 'refresh', d: { accessToken: member.accessToken } }]) probe.send(frame);
    probe.send({ t: 'heartbeat', d: {}, ref: 'beat' });
    expect((await probe.next('heartbeat')).ref).toBe('beat');
    expect(probe.frames.filter(({ t }) => t === 'error')).toHaveLength(refused.length);
  });

  it('may not send more than 4 KiB, nor without end', async () => {
    const large = await identified(await newMember());
    large.send({ t: 'heartbeat', d: { note: 'x'.repeat(4_100) } });
    expect((await large.closed()).code).toBe(1009);
    const fast = await identified(await newMember());
    for (let count = 0; count < 150; count += 1) fast.send({ t: 'heartbeat', d: {} });
    expect((await fast.closed()).code).toBe(4429);
  });

  it('is given every event of his rooms once, in order, and goes on elsewhere where he was cut off', async () => {
    const [ada, bob] = [await newMember(), await newMember()];
    const room = await newRoom(ada);
    await bob.call('POST', `/rooms/${room.id}/join`);
    const stream = `room:${room.id}` as const;
    const first = await identified(bob);
    expect(first.ready.d).toMatchObject({ user: { id: bob.id }, streams: { [stream]: 2, [bob.own]: 1 }, refused: [] });
    await first.next('synced', ({ r }) => r === stream);
    const sent = [await say(ada, room, 'one'), await say(ada, room, 'two')];
    const heard = [await first.next('message.created'), await first.next('message.created')];
    expect(heard.map(({ s, d }) => [s, d.content, d.html])).toEqual(sent.map(({ seq, content, html }) => [seq, content, html]));
    first.cut();
    for (const content of ['three', 'four', 'five']) await say(ada, room, content);
    const elsewhere = await identified(bob, { gateway: 1, cursors: { [stream]: 4, [bob.own]: 1, [`room:${randomUUID()}`]: 3 }, epoch: first.ready.d.epoch });
    expect(elsewhere.ready.d.refused).toHaveLength(1);
    await expect.poll(() => stack.gateways[1]?.log.find(({ msg, userId }) => msg === 'resumed' && userId === bob.id)).toMatchObject({ resumed: 3, connectionId: expect.any(String), sessionId: expect.any(String) });
    await elsewhere.next('synced', ({ r }) => r === stream);
    await say(ada, room, 'six');
    await elsewhere.next('message.created', ({ s }) => s === 8);
    expect(of(elsewhere, stream)).toEqual(['message.created 5', 'message.created 6', 'message.created 7', 'synced 7', 'message.created 8']);
  });

  it('must refetch where the log cannot take him to the head', async () => {
    const [ada, bob] = [await newMember(), await newMember()];
    const room = await newRoom(ada);
    const stream = `room:${room.id}` as const;
    await say(ada, room, 'before bob');
    await bob.call('POST', `/rooms/${room.id}/join`);
    const cases: [string, { cursors: Record<string, number>; epoch?: string }][] = [
      ['before_join', { cursors: { [stream]: 1 } }],
      ['beyond_head', { cursors: { [stream]: 99 } }],
      ['epoch', { cursors: { [stream]: 3 }, epoch: 'another' }],
    ];
    for (const [reason, given] of cases) {
      const probe = await identified(bob, given);
      expect((await probe.next('resync')).d).toEqual({ head: 3, epoch: probe.ready.d.epoch, reason });
      await probe.next('synced', ({ r }) => r === stream);
      expect(of(probe, stream)).toEqual(['resync 3', 'synced 3']);
    }
  });

  it('comes into a room and goes out of it at the very number, on open sockets', async () => {
    const [ada, bob] = [await newMember(), await newMember()];
    const room = await newRoom(ada);
    const stream = `room:${room.id}` as const;
    const probe = await identified(bob, { gateway: 1 });
    await probe.next('synced');
    await say(ada, room, 'before');
    await bob.call('POST', `/rooms/${room.id}/join`);
    expect((await probe.next('member.added', ({ r }) => r === bob.own)).d).toMatchObject({ roomId: room.id, joinedSeq: 3 });
    await probe.next('synced', ({ r }) => r === stream);
    await say(ada, room, 'during');
    await ada.call('DELETE', `/rooms/${room.id}/members/${bob.id}`);
    await say(ada, room, 'after');
    await probe.next('member.removed', ({ r }) => r === stream);
    await bob.call('POST', `/rooms/${room.id}/join`);
    await probe.next('synced', ({ r, s }) => r === stream && s === 7);
    await say(ada, room, 'again');
    await probe.next('message.created', ({ s }) => s === 8);
    expect(of(probe, stream)).toEqual(['synced 3', 'message.created 4', 'member.removed 5', 'synced 7', 'message.created 8']);
    expect(of(probe, bob.own)).toEqual(['synced 0', 'member.added 1', 'member.removed 2', 'member.added 3']);
  });

  it('leaves a stream and takes it up again from a cursor of his', async () => {
    const ada = await newMember();
    const room = await newRoom(ada);
    const stream = `room:${room.id}` as const;
    const probe = await identified(ada);
    await probe.next('synced', ({ r }) => r === stream);
    probe.send({ t: 'unsubscribe', d: { streams: { [stream]: null } } });
    await answered(probe);
    // Else the gateway may hear of the last one only when he is there already.
    const other = await identified(ada);
    for (const content of ['two', 'three']) await say(ada, room, content);
    await other.next('message.created', ({ r, s }) => r === stream && s === 3);
    probe.send({ t: 'subscribe', d: { streams: { [stream]: 2 } } });
    await probe.next('synced', ({ r, s }) => r === stream && s === 3);
    expect(of(probe, stream)).toEqual(['synced 1', 'message.created 3', 'synced 3']);
  });

  it('sees who is typing, at the other gateway, and not himself', async () => {
    const [ada, bob] = [await newMember(), await newMember()];
    const room = await newRoom(ada);
    await bob.call('POST', `/rooms/${room.id}/join`);
    const [here, there] = [await identified(ada), await identified(bob, { gateway: 1 })];
    for (const probe of [here, there]) await probe.next('synced', ({ r }) => r === `room:${room.id}`);
    for (let count = 0; count < 20; count += 1) here.send({ t: 'typing', d: { roomId: room.id } });
    expect((await there.next('typing')).d).toEqual({ roomId: room.id, userId: ada.id, expiresInMs: 5_000 });
    await say(ada, room, 'so');
    await there.next('message.created');
    await here.next('message.created');
    expect(there.frames.filter(({ t }) => t === 'typing').length).toBeLessThanOrEqual(6);
    expect(here.frames.filter(({ t }) => t === 'typing')).toEqual([]);
  });

  it('is shown out when his session ends, and nobody else is', async () => {
    const [ada, bob] = [await newMember(), await newMember()];
    const [gone, stays] = [await identified(ada), await identified(bob)];
    await gone.next('synced');
    await ada.call('POST', '/auth/logout');
    expect((await gone.closed(1_000)).code).toBe(4401);
    await answered(stays);
  });
});

it('counts on its ops port: sockets, rooms by size and rank, messages with their lag, and what came of resumes', async () => {
  const figure = async (pattern: RegExp) => {
    const text = await fetch(`http://127.0.0.1:${stack.gateways[0]!.opsPort}/metrics`).then((answer) => answer.text());
    return text.split('\n').filter((line) => pattern.test(line)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
  const resumes = (outcome: string) => figure(new RegExp(`^confab_ws_resumes_total.*"${outcome}"`));
  const delivered = /^confab_messages_total.*"delivered"/;
  const lags = () => figure(/^confab_fanout_lag_seconds_count/);
  const counted = { delivered: await figure(delivered), lags: await lags(), replayed: await resumes('replayed'), resynced: await resumes('resynced'), interrupted: await resumes('interrupted') };

  const ada = await newMember();
  const room = await newRoom(ada);
  const stream = `room:${room.id}` as const;
  const sockets = [await identified(ada), await identified(ada), await identified(ada)];
  for (const socket of sockets) await socket.next('synced', ({ r }) => r === stream);
  expect(await figure(/^confab_ws_connections\{/)).toBeGreaterThanOrEqual(3);
  expect(await figure(/^confab_ws_room_connections_bucket.*le="5"/)).toBeGreaterThan(await figure(/^confab_ws_room_connections_bucket.*le="2"/));
  expect(await figure(/^confab_ws_room_connections_top.*rank="1"/)).toBeGreaterThanOrEqual(3);
  await expect.poll(() => stack.gateways[0]!.log.filter(({ msg }) => msg === 'largest rooms').some(({ rooms }) => JSON.stringify(rooms).includes(room.id))).toBe(true);

  await say(ada, room, 'one');
  for (const socket of sockets) await socket.next('message.created', ({ s }) => s === 2);
  await expect.poll(async () => [await figure(delivered), await lags()]).toEqual([counted.delivered + 3, counted.lags + 1]);

  const epoch = sockets[0]!.ready.d.epoch;
  const resume = async (seq: number) => (await identified(ada, { cursors: { [stream]: seq }, epoch })).next('synced', ({ r }) => r === stream);
  await resume(1);
  await resume(99);
  await expect.poll(async () => [await resumes('replayed'), await resumes('resynced'), await resumes('interrupted')]).toEqual([counted.replayed + 1, counted.resynced + 1, counted.interrupted]);
});

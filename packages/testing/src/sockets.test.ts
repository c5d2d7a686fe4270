import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createReportingChecks } from './contract/frames.ts';
import { createViolations } from './contract/violation.ts';
import { createCheckedSockets } from './open-socket.ts';
import { openSocketProbe, UpgradeRefused } from './socket-probe.ts';

const id = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
const synced = (s: number): string => JSON.stringify({ t: 'synced', d: {}, r: `room:${id}`, s });
let server: WebSocketServer;
let url: string;

/** Says what it is asked to, and keeps what it is told. */
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, verifyClient: ({ origin }: { origin?: string }) => origin !== 'https://evil.example' });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const text = (data as Buffer).toString();
      if (text.startsWith('close ')) socket.close(Number(text.slice(6)), 'as asked');
      else socket.send(text.replace(/^say /, ''));
    });
  });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('the probe finds frames in their order, the close, and what is not in the spec', async () => {
  const violations = createViolations();
  const probe = await openSocketProbe(url, { checks: createReportingChecks(violations.report) });
  for (const s of [1, 2, 3]) probe.send(`say ${synced(s)}`);
  expect((await probe.next('synced', ({ s }) => s === 2)).s).toBe(2);
  expect((await probe.next('synced')).s).toBe(3);
  await expect(probe.next('synced', undefined, 50)).rejects.toThrow('frame synced did not come within 50 ms');
  probe.send({ t: 'hello', d: { connectionId: id, heartbeatMs: 1 } });
  await probe.next('hello');
  expect(violations.list).toEqual([]);
  probe.send({ t: 'message.exploded', d: {} });
  probe.send('close 4401');
  await expect(probe.next('ready')).rejects.toThrow('before the close with 4401 as asked');
  expect(await probe.closed()).toEqual({ code: 4401, reason: 'as asked' });
  expect(violations.list.map(({ place }) => place)).toEqual(['frame message.exploded from the gateway']);
  expect(probe.frames).toHaveLength(5);
});

test('a refused upgrade says its status', async () => {
  const refused = openSocketProbe(url, { origin: 'https://evil.example', checks: createReportingChecks(() => undefined) });
  await expect(refused).rejects.toBeInstanceOf(UpgradeRefused);
  await expect(refused).rejects.toMatchObject({ status: 401 });
});

test("the SDK's sockets are checked both ways, and can be cut", async () => {
  const violations = createViolations();
  const sockets = createCheckedSockets(createReportingChecks(violations.report));
  const received: string[] = [];
  const said = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  const socket = sockets.open(url, {
    opened() {
      socket.send('{"t":"heartbeat","d":{}}');
      socket.send('{"t":"shout","d":{}}');
    },
    received: (text) => received.push(text) === 2 && said.resolve(),
    closed: (code) => closed.resolve(code),
  });
  await said.promise;
  expect(violations.list.map(({ place }) => place)).toEqual(['frame shout from the client', 'frame shout from the gateway']);
  expect(received).toEqual(['{"t":"heartbeat","d":{}}', '{"t":"shout","d":{}}']);
  expect(sockets.cut()).toBe(1);
  expect(await closed.promise).toBe(1006);
  expect(sockets.cut()).toBe(0);
});

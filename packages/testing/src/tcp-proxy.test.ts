import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let server: Server;
let wire: TcpProxy;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  wire = await startTcpProxy(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await wire.stop();
  server.close();
  await once(server, 'close');
});

/** A client's end, and the server's. */
async function open(): Promise<[Socket, Socket]> {
  const accepted = once(server, 'connection');
  const { hostname, port } = new URL(wire.url);
  const client = connect({ host: hostname, port: Number(port) });
  const [far] = (await accepted) as [Socket];
  for (const socket of [client, far]) socket.on('error', () => undefined);
  return [client, far];
}

/** Far more than kernels keep between two ends. */
const plenty = 128 * 1024 * 1024;
const bytes = Buffer.alloc(256 * 1024, 'x');

/** Says more and more, until that is not taken for a while. Answers how much it was. */
async function sayUntilBlocked(socket: Socket): Promise<number> {
  let said = 0;
  while (said < plenty) {
    said += bytes.length;
    if (socket.write(bytes)) continue;
    const over = new AbortController();
    const drained = once(socket, 'drain', over).then(() => true, () => false);
    const isDrained = await Promise.race([drained, delay(1_000, false)]);
    over.abort();
    if (!isDrained) return said;
  }
  return said;
}

test.each(['client', 'server'])('who speaks to a %s that does not read is not relieved, and what was said comes once that reads', async (kind) => {
  const [client, far] = await open();
  const [lazy, speaker] = kind === 'client' ? [client, far] : [far, client];
  lazy.pause();
  const said = await sayUntilBlocked(speaker);
  expect(said).toBeLessThan(plenty);
  expect(speaker.writableNeedDrain).toBe(true);
  wire.hang();
  wire.restore();
  let heard = 0;
  lazy.on('data', (chunk) => (heard += chunk.length));
  lazy.resume();
  await expect.poll(() => heard).toBe(said);
  expect(speaker.writableNeedDrain).toBe(false);
});

test('answers that are late keep their order when the delay ends', async () => {
  const [client, far] = await open();
  let heard = '';
  client.on('data', (chunk) => (heard += chunk.toString()));
  wire.delayAnswers(300);
  far.write('one ');
  await delay(100);
  wire.restore();
  far.write('two');
  await delay(50);
  far.write(' three');
  await expect.poll(() => heard).toBe('one two three');
});

test('half open: the client is cut off, and the server hears nothing of it', async () => {
  const [client, far] = await open();
  const closed = new Promise((resolve) => client.once('close', resolve));
  let isHeard = false;
  far.once('close', () => (isHeard = true));
  far.resume();
  expect(wire.strand()).toBe(1);
  await closed;
  const [other, itsFar] = await open();
  itsFar.end('still served');
  expect(String((await once(other, 'data'))[0])).toBe('still served');
  await delay(200);
  expect(isHeard).toBe(false);
  wire.restore();
  await expect.poll(() => isHeard).toBe(true);
});

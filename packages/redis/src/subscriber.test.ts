import { randomUUID } from 'node:crypto';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRedis, type Redis } from './redis.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
const patient = { timeout: 10_000 };
let wire: TcpProxy;
let publisher: Redis;
let subscriber: Subscriber;
let reconnects: number;
let channel: string;

beforeEach(async () => {
  const url = await emptyTestRedis();
  wire = await startTcpProxy(url);
  reconnects = 0;
  channel = `{p00}:room:${randomUUID()}`;
  publisher = createRedis({ url, name: 'publisher', logger, queue: true });
  subscriber = createSubscriber({ url: wire.url, name: 'subscriber', logger, onReconnect: () => (reconnects += 1) });
});

afterEach(async () => {
  await Promise.all([publisher.stop(), subscriber.stop()]);
  await wire.stop();
});

async function listen(on = channel): Promise<Buffer[]> {
  const messages: Buffer[] = [];
  await subscriber.subscribe(on, (message) => void messages.push(message));
  return messages;
}

const published = (message: string | Buffer, on = channel) => publisher.client.sPublish(on, message);

test('hears the bytes of its channels, and no longer when it does not want to', async () => {
  const messages = await listen();
  const bytes = Buffer.from([0, 255, 10, 13]);
  expect(await published(bytes)).toBe(1);
  await expect.poll(() => messages, patient).toEqual([bytes]);
  await subscriber.unsubscribe(channel);
  expect(await published('x')).toBe(0);
  await subscriber.check();
  expect(reconnects).toBe(0);
});

test('a listener that throws harms nobody else', async () => {
  await subscriber.subscribe(`${channel}:bad`, () => {
    throw new Error('no');
  });
  const messages = await listen();
  await published('x', `${channel}:bad`);
  await published('y');
  await expect.poll(() => messages.map(String), patient).toEqual(['y']);
});

test('after a lost connection it says so, once everything is subscribed again', async () => {
  const messages = await listen();
  wire.cut();
  await expect.poll(() => subscriber.isReady, patient).toBe(false);
  await published('lost');
  expect(reconnects).toBe(0);
  wire.restore();
  await expect.poll(() => reconnects, patient).toBe(publisher.nodes.length);
  expect(await published('heard')).toBe(1);
  await expect.poll(() => messages.map(String), patient).toEqual(['heard']);
});

test('a quiet subscription lives; one whose server hangs is made anew', async () => {
  const messages = await listen();
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect([reconnects, subscriber.isReady]).toEqual([0, true]);
  wire.hang();
  await expect.poll(() => subscriber.isReady, patient).toBe(false);
  wire.restore();
  await expect.poll(() => reconnects, patient).toBeGreaterThanOrEqual(1);
  await published('again');
  await expect.poll(() => messages.map(String), patient).toContain('again');
});

test('subscribing while Redis is away waits for it', async () => {
  await subscriber.check();
  wire.cut();
  await expect.poll(() => subscriber.isReady, patient).toBe(false);
  const messages = listen();
  wire.restore();
  await messages;
  await published('x');
  await expect.poll(async () => (await messages).map(String), patient).toEqual(['x']);
});

test('a channel given up before Redis has answered is not heard', async () => {
  const messages: Buffer[] = [];
  const opening = subscriber.subscribe(channel, (message) => void messages.push(message));
  const closing = subscriber.unsubscribe(channel);
  await Promise.all([opening, closing]);
  expect(await published('x')).toBe(0);
  const again = await listen();
  await published('y');
  await expect.poll(() => again.map(String), patient).toEqual(['y']);
  expect(messages).toEqual([]);
});

test('a channel wanted again while it is being given up is acknowledged once it is heard', async () => {
  await listen();
  wire.hang();
  const closing = subscriber.unsubscribe(channel);
  await new Promise((resolve) => setTimeout(resolve, 50));
  let isHeard = false;
  const opening = listen().then((messages) => ((isHeard = true), messages));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isHeard).toBe(false);
  wire.restore();
  await closing;
  const messages = await opening;
  expect(await published('x')).toBe(1);
  await expect.poll(() => messages.map(String), patient).toEqual(['x']);
});

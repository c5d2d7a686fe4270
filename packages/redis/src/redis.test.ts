import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRedis, type Redis } from './redis.ts';
import { defineScript } from './script.ts';

const lines: { msg: string; level: string }[] = [];
const logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination: { write: (line) => void lines.push(JSON.parse(line)) } });
let wire: TcpProxy;
let patient: Redis;
let hasty: Redis;

beforeEach(async () => {
  wire = await startTcpProxy(await emptyTestRedis());
  patient = createRedis({ url: wire.url, name: 'patient', logger, queue: true });
  hasty = createRedis({ url: wire.url, name: 'hasty', logger, queue: false });
  await bothReady();
  lines.length = 0;
});

const bothAway = () => expect.poll(() => patient.isReady || hasty.isReady, { timeout: 10_000 }).toBe(false);
const bothReady = () => expect.poll(() => patient.isReady && hasty.isReady, { timeout: 10_000 }).toBe(true);

afterEach(async () => {
  await Promise.all([patient.stop(), hasty.stop()]);
  await wire.stop();
});

async function outcome(work: Promise<unknown>): Promise<{ result: unknown; afterMs: number }> {
  const startedAt = performance.now();
  const result = await work.catch((error: Error) => error.constructor.name);
  return { result, afterMs: performance.now() - startedAt };
}

test('answers text, and bytes where they are wanted', async () => {
  const bytes = Buffer.from([0, 255, 128, 10]);
  await patient.client.set('k', bytes);
  expect(await patient.buffers.get('k')).toEqual(bytes);
  await patient.client.set('t', 'é');
  expect(await patient.client.get('t')).toBe('é');
});

test('a script is sent by its text once, then by its digest, and refuses another number of keys', async () => {
  const script = defineScript({ lua: `--${randomUUID()}\nredis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])`, numberOfKeys: 1 });
  const bytes = Buffer.from([0, 200]);
  expect(await script.run(patient.client, ['{a}k'], ['v'])).toBe('v');
  expect(await script.run(patient.buffers, ['{a}k'], [bytes])).toEqual(bytes);
  await Promise.all(patient.nodes.map((node) => node.scriptFlush()));
  expect(await script.run(hasty.client, ['{a}k'], ['w'])).toBe('w');
  await expect(script.run(patient.client, [])).rejects.toThrow('the script takes 1 keys');
  const broken = defineScript({ lua: 'return redis.call("NOSUCH")', numberOfKeys: 1 });
  await expect(broken.run(patient.client, ['k'])).rejects.toThrow(/Unknown Redis command/);
});

test('a script whose keys a cluster would keep apart is refused before it is sent', async () => {
  const two = defineScript({ lua: 'return 1', numberOfKeys: 2 });
  expect(await two.run(patient.client, ['{a}k', '{a}l'])).toBe(1);
  await expect(two.run(patient.client, ['{a}k', '{b}l'])).rejects.toThrow('{a}k and {b}l have no hash tag in common');
});

test('while Redis is away one fails at once, the other waits for its return', async () => {
  wire.cut();
  await bothAway();
  const failed = await outcome(hasty.client.set('k', '1'));
  expect(failed).toMatchObject({ result: 'ClientOfflineError' });
  expect(failed.afterMs).toBeLessThan(500);
  const waiting = outcome(patient.client.set('k', '2'));
  await delay(300);
  wire.restore();
  expect(await waiting).toMatchObject({ result: 'OK' });
  await expect.poll(() => hasty.isReady, { timeout: 10_000 }).toBe(true);
  expect(await hasty.client.get('k')).toBe('2');
});

test('nobody waits for ever, and readiness says that it is away', async () => {
  wire.cut();
  await bothAway();
  await expect(hasty.check()).rejects.toThrow(/The client is offline|part of the cluster is away/);
  const { result, afterMs } = await outcome(patient.client.get('k'));
  expect(result).toBe('AbortError');
  expect(afterMs).toBeGreaterThan(1_500);
  expect(afterMs).toBeLessThan(3_500);
});

test('a server that hangs is noticed although we keep on writing, and used again afterwards', async () => {
  wire.hang();
  const traffic = setInterval(() => void hasty.client.sPublish('k', 'y').catch(() => undefined), 50);
  try {
    const [first, second] = await Promise.all([outcome(hasty.client.get('k')), outcome(patient.client.get('k'))]);
    expect(first.result).toMatch(/Error$/);
    expect(second.result).toMatch(/Error$/);
    expect(Math.max(first.afterMs, second.afterMs)).toBeLessThan(6_000);
    wire.restore();
    await bothReady();
    await Promise.all([hasty.check(), patient.check()]);
  } finally {
    clearInterval(traffic);
  }
});

test('losing and finding Redis is one line each, however often it was tried', async () => {
  wire.cut();
  await delay(1_500);
  wire.restore();
  await bothReady();
  const said = lines.filter(({ level }) => level !== 'debug').map(({ msg }) => msg);
  const connections = [...patient.nodes, ...hasty.nodes];
  expect(said.toSorted()).toEqual([...connections.map(() => 'redis lost'), ...connections.map(() => 'redis ready')]);
});

test('what is under way when it stops is still answered', async () => {
  const last = patient.client.set('k', 'last');
  await patient.stop();
  expect(await last).toBe('OK');
  expect(await hasty.client.get('k')).toBe('last');
});

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createRedis, createSubscriber, type Redis as RedisClient } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPorts } from '../stack/ports.ts';
import { startRedisCluster, type RedisCluster } from '../stack/redis-cluster.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';

const patient = { timeout: 60_000, interval: 50 };
const row = { timeout: 180_000 };
const logger = createLogger({ name: 'test', level: 'silent', pretty: false });

let folder: string;
let cluster: RedisCluster;
let stack: TestStack;
let redis: RedisClient;
let writer: TestUser;
let reader: TestUser;
let roomId: string;
/** By content, in the order of coming, over the other gateway. */
let received: string[];

beforeAll(async () => {
  folder = await makeTemporaryFolder();
  // The first of the masters can be replaced, the others cannot.
  cluster = await startRedisCluster({ directory: folder, ports: createPorts(), password: 'cluster', replicas: 1 });
  redis = createRedis({ url: cluster.url, name: 'test', logger, queue: true });
  stack = await startTestStack({ gateways: 2, env: { REDIS_URL: cluster.url } });
  [writer, reader] = [await createTestUser(stack, { gateway: 0 }), await createTestUser(stack, { gateway: 1 })];
  roomId = (await writer.confab.rest.createRoom({ name: 'Over three nodes', kind: 'public' })).id;
  await reader.confab.rest.joinRoom(roomId);
  received = [];
  reader.confab.realtime.on('message.created', ({ data }) => void received.push(data.content ?? ''));
  await Promise.all([writer, reader].map(({ confab }) => confab.realtime.connect()));
}, 120_000);

afterAll(async () => {
  await redis.stop();
  await stack.stop();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const send = (content: string, to = roomId) => writer.confab.rest.createMessage(to, { content, nonce: randomBytes(9).toString('base64url') });
const channelsOf = async () => Promise.all(redis.nodes.map(async (node) => (await node.pubSubShardChannels('*:room:*')).length));

async function metric(name: RegExp, opsPort = stack.api.opsPort): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  return text.split('\n').filter((line) => name.test(line)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function openBreakers(): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${stack.api.opsPort}/metrics`)).text();
  return text.split('\n').filter((line) => /^confab_breaker_state\{.*"redis_.* [12]$/.test(line));
}

test('messages, typing and presence go from one gateway to the other over sharded channels on every node', row, async () => {
  await send('hello');
  await expect.poll(() => received, patient).toContain('hello');
  const typing: string[] = [];
  reader.confab.realtime.on('typing', ({ userId }) => void typing.push(userId));
  await expect.poll(() => (writer.confab.realtime.sendTyping(roomId), typing), patient).toContain(writer.user.id);
  const states: string[] = [];
  reader.confab.realtime.on('presence', ({ userId, state }) => void (userId === writer.user.id && states.push(state)));
  reader.confab.realtime.focus(roomId);
  await expect.poll(() => states, patient).toContain('online');
  writer.confab.realtime.setPresence('away');
  await expect.poll(() => states, patient).toContain('away');
  const rooms = await Promise.all(Array.from({ length: 12 }, async (_, index) => (await writer.confab.rest.createRoom({ name: `Room ${index}`, kind: 'public' })).id));
  await Promise.all(rooms.map((id) => reader.confab.rest.joinRoom(id)));
  await Promise.all(rooms.map((id, index) => send(`in ${index}`, id)));
  await expect.poll(() => rooms.filter((_, index) => !received.includes(`in ${index}`)), patient).toEqual([]);
  for (const count of await channelsOf()) expect(count).toBeGreaterThan(0);
});

test('people sign in, are limited for all, and what is cached is where its key belongs', row, async () => {
  const { username } = reader.user;
  const attempt = (password: string) => stack.fetch(`${stack.baseUrl}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) });
  expect((await attempt(reader.password)).status).toBe(200);
  for (let n = 0; n < 5; n += 1) expect((await attempt('not that one')).status).toBe(401);
  expect((await attempt(reader.password)).status).toBe(429);
  await outliveDoubt();
  const hits = /^confab_cache_events_total\{.*outcome="hit"/;
  const before = await metric(hits);
  await expect.poll(async () => (await reader.confab.rest.getMe(), metric(hits)), patient).toBeGreaterThan(before);
  for (const node of redis.nodes) expect(await node.dbSize()).toBeGreaterThan(0);
});

test('a slot that moves takes its channel with it, and nothing is lost', row, async () => {
  const channel = `{moving}:${randomBytes(4).toString('hex')}`;
  const heard: string[] = [];
  let suspicions = 0;
  const subscriber = createSubscriber({ url: cluster.url, name: 'moving', logger, onReconnect: () => (suspicions += 1) });
  try {
    await subscriber.subscribe(channel, (message) => void heard.push(message.toString()));
    await redis.client.set(channel, 'moves too');
    const before = suspicions;
    await moveSlot(channel);
    await expect.poll(() => suspicions, patient).toBeGreaterThan(before);
    await expect.poll(async () => (await redis.client.sPublish(channel, 'there'), heard), patient).toContain('there');
    expect(await redis.client.get(channel)).toBe('moves too');
  } finally {
    await subscriber.stop();
  }
});

/** A node that is new is not believed for half a minute, and nothing is read from a cache: now each has been there for long. */
async function outliveDoubt(): Promise<void> {
  const lua = `redis.call('SET', KEYS[1], string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') .. ' 1') return 1`;
  for (let partition = 0; partition < 16; partition += 1) await redis.client.eval(lua, { keys: [`{p${partition}}:positions`] });
}

const saysItIsWell = (node: RedisClient['nodes'][number]): Promise<boolean> =>
  node.sendCommand<string>(['CLUSTER', 'INFO']).then((info) => info.includes('cluster_state:ok'), () => false);

/** A subscription, and nothing else, to a channel that the node serves. */
async function listenOn(victim: number) {
  const heard: string[] = [];
  let suspicions = 0;
  const channel = await channelOn(victim);
  const subscriber = createSubscriber({ url: cluster.url, name: 'bare', logger, onReconnect: () => (suspicions += 1) });
  await subscriber.subscribe(channel, (message) => void heard.push(message.toString()));
  return { channel, heard, suspicions: () => suspicions, stop: subscriber.stop };
}

async function channelOn(victim: number): Promise<string> {
  const third = 16_384 / 3;
  for (let index = 0; ; index += 1) {
    const channel = `{bare-${index}}`;
    const slot = (await redis.nodes[0]?.sendCommand<number>(['CLUSTER', 'KEYSLOT', channel])) ?? 0;
    if (slot > third * victim && slot < third * (victim + 1) - 1) return channel;
  }
}

/** What `redis-cli --cluster reshard` does to one slot. */
async function moveSlot(key: string): Promise<void> {
  const nodes = await Promise.all(redis.nodes.map(async (node) => ({ node, id: await node.sendCommand<string>(['CLUSTER', 'MYID']), slots: await ownedBy(node) })));
  const slot = String(await nodes[0]?.node.sendCommand<number>(['CLUSTER', 'KEYSLOT', key]));
  const from = nodes.find(({ slots }) => slots.some(([first, last]) => first <= Number(slot) && Number(slot) <= last));
  const to = nodes.find((node) => node !== from);
  if (from === undefined || to === undefined) throw new Error('nobody has the slot');
  const { port } = (await to.node.sendCommand<string>(['INFO', 'server'])).match(/tcp_port:(?<port>\d+)/)?.groups ?? {};
  await to.node.sendCommand(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id]);
  await from.node.sendCommand(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id]);
  // Asked for in between: what has not arrived is answered by the old node, what has by the new one.
  expect(await redis.client.get(key)).toBe('moves too');
  await from.node.sendCommand(['MIGRATE', '127.0.0.1', port ?? '', key, '0', '5000', 'AUTH', 'cluster']);
  expect(await redis.client.get(key)).toBe('moves too');
  for (const { node } of [to, from]) await node.sendCommand(['CLUSTER', 'SETSLOT', slot, 'NODE', to.id]);
}

async function ownedBy(node: RedisClient['nodes'][number]): Promise<[number, number][]> {
  const id = await node.sendCommand<string>(['CLUSTER', 'MYID']);
  return (await node.clusterSlots()).filter(({ master }) => master.id === id).map(({ from, to }) => [from, to]);
}

test.each([
  { name: 'with its replica in its place', victim: 0, comesBack: false },
  { name: 'and its slots are served by nobody until it is back', victim: 1, comesBack: true },
])('a node is killed ($name): every message that was acknowledged comes once', row, async ({ victim, comesBack }) => {
  const node = cluster.masters[victim] as RedisCluster['masters'][number];
  const acknowledged: string[] = [];
  const from = received.length;
  const bare = await listenOn(victim);
  const sendUntil = async (isOver: () => boolean | Promise<boolean>) => {
    for (const deadline = Date.now() + patient.timeout; !(await isOver()); ) {
      if (Date.now() > deadline) throw new Error('it does not come to an end');
      const content = `${victim}.${acknowledged.length}`;
      await send(content);
      acknowledged.push(content);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  };
  await sendUntil(() => acknowledged.length >= 20);
  node.signal('SIGKILL');
  await sendUntil(() => !redis.isReady);
  if (comesBack) {
    await sendUntil(() => acknowledged.length >= 60);
    await node.start();
  }
  // Until it is served again, by whoever it is.
  await sendUntil(() => redis.check().then(() => true, () => false));
  const served = acknowledged.length;
  await sendUntil(() => acknowledged.length >= served + 20);
  await expect.poll(() => acknowledged.filter((content) => !received.includes(content)), patient).toEqual([]);
  expect(received.slice(from).filter((content) => content.startsWith(`${victim}.`))).toEqual(acknowledged);
  // Gateways would have compared the heads: that messages come proves nothing of the subscription.
  await expect.poll(async () => (await redis.client.sPublish(bare.channel, 'again').catch(() => 0), bare.heard), patient).toContain('again');
  expect(bare.suspicions()).toBeGreaterThan(0);
  await bare.stop();
  // What is known only by being used.
  const use = () => Promise.all([send('well?'), reader.confab.rest.getMe(), reader.confab.rest.listMessages(roomId, { limit: 5 })]);
  await expect.poll(async () => (await use(), openBreakers()), patient).toEqual([]);
  // Each node makes up its own mind about the others, and serves nothing until then.
  await expect.poll(() => Promise.all(redis.nodes.map(saysItIsWell)), patient).not.toContain(false);
  console.log(`killed node ${victim}: ${acknowledged.length} acknowledged, all received once and in order`);
});

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../harness/fault.ts';
import { clientOf, withRedis } from '../own-servers.ts';

const killedEmpty: Fault = {
  name: 'redis-killed-empty',
  async begin({ servers: { redis } }) {
    let folder = '';
    await withRedis(redis.url, async (client) => void (folder = (await client.configGet('dir'))['dir'] ?? ''));
    redis.signal('SIGKILL');
    await redis.exited;
    await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
    return () => redis.start();
  },
};

const flushed: Fault = {
  name: 'redis-flushall',
  async begin({ servers }) {
    for (let time = 0; time < 3; time += 1) {
      await servers.emptyRedis();
      await sleep(500);
    }
    return () => undefined;
  },
};

const pubsubKilled: Fault = {
  name: 'redis-pubsub-killed',
  async begin({ servers: { redis } }) {
    let killed = 0;
    for (let time = 0; time < 5; time += 1) {
      await withRedis(redis.url, async (client) => void (killed += Number(await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']))));
      await sleep(500);
    }
    if (killed === 0) throw new Error('there was no subscriber to kill');
    return () => undefined;
  },
};

async function subscribersOf(url: string): Promise<number> {
  let clients = '';
  await withRedis(url, async (client) => void (clients = await client.sendCommand<string>(['CLIENT', 'LIST', 'TYPE', 'pubsub'])));
  return clients.split('\n').filter(Boolean).length;
}

/** Gateways that do not read while one of their channels is given what was said there again and again: Redis drops them. */
const outputLimited: Fault = {
  name: 'redis-output-limit',
  async begin({ servers: { redis }, gateways }, { rooms }) {
    const before = await subscribersOf(redis.url);
    const channels: string[] = [];
    await withRedis(redis.url, async (client) => void channels.push(...((await client.sendCommand(['PUBSUB', 'SHARDCHANNELS'])) as unknown as string[])));
    const channel = channels.find((name) => name.endsWith(`room:${rooms[0]}`));
    if (channel === undefined) throw new Error(`no gateway listens to ${rooms[0]}, but to ${channels.join(', ')}`);
    const listener = clientOf(redis.url);
    listener.on('error', () => undefined);
    await listener.connect();
    const message = await new Promise<Buffer>((resolve) => {
      void listener.sSubscribe(channel, resolve, true);
    });
    await listener.close();
    await withRedis(redis.url, async (client) => {
      await client.configSet('client-output-buffer-limit', 'pubsub 1mb 1mb 1');
      for (const { wires } of gateways) wires.redis.hang();
      const rounds = Math.ceil((16 * 1024 * 1024) / message.length / 1_000);
      for (let round = 0; round < rounds; round += 1) {
        await Promise.all(Array.from({ length: 1_000 }, () => client.sPublish(channel, message)));
      }
    });
    if ((await subscribersOf(redis.url)) >= before) throw new Error('Redis dropped nobody');
    return async () => {
      for (const { wires } of gateways) wires.redis.restore();
      await withRedis(redis.url, async (client) => void (await client.configSet('client-output-buffer-limit', 'pubsub 32mb 8mb 60')));
    };
  },
};

export const redisFaults: readonly Fault[] = [killedEmpty, flushed, pubsubKilled, outputLimited];

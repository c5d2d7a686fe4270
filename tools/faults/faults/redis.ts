import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '../harness/fault.ts';
import { clientOf, withRedis } from '../own-servers.ts';
import { assertHappened } from './proof.ts';
import { repeated } from './repeated.ts';

const marker = 'here before it was killed';

const killedEmpty: Fault = {
  name: 'redis-killed-empty',
  async begin({ servers: { redis } }) {
    let folder = '';
    await withRedis(redis.url, async (client) => {
      folder = (await client.configGet('dir'))['dir'] ?? '';
      await client.set(marker, '1');
    });
    if (folder === '') throw new Error('Redis does not say where its files are');
    redis.signal('SIGKILL');
    await redis.exited;
    await rm(join(folder, 'appendonlydir'), { recursive: true });
    return async () => {
      await redis.start();
      await withRedis(redis.url, async (client) => assertHappened((await client.get(marker)) === null, 'Redis came back with what it had'));
    };
  },
};

const flushed: Fault = {
  name: 'redis-flushall',
  begin({ servers: { redis } }) {
    let keys = 0;
    const stop = repeated(
      () =>
        withRedis(redis.url, async (client) => {
          keys += await client.dbSize();
          await client.flushAll();
        }),
      500,
    );
    return Promise.resolve(async () => {
      await stop();
      assertHappened(keys > 0, 'there was nothing in Redis');
    });
  },
};

const pubsubKilled: Fault = {
  name: 'redis-pubsub-killed',
  begin({ servers: { redis } }) {
    let killed = 0;
    const stop = repeated(() => withRedis(redis.url, async (client) => void (killed += Number(await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub'])))), 500);
    return Promise.resolve(async () => {
      await stop();
      assertHappened(killed > 0, 'there was no subscriber to kill');
    });
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
    assertHappened((await subscribersOf(redis.url)) < before, 'Redis dropped nobody');
    return async () => {
      for (const { wires } of gateways) wires.redis.restore();
      await withRedis(redis.url, async (client) => void (await client.configSet('client-output-buffer-limit', 'pubsub 32mb 8mb 60')));
    };
  },
};

export const redisFaults: readonly Fault[] = [killedEmpty, flushed, pubsubKilled, outputLimited];

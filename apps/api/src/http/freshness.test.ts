import { randomUUID } from 'node:crypto';
import { emptyTestRedis, isRedisCluster, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwoApis, type TwoApis } from '../testing/two-apis.ts';

let wire: TcpProxy;
let apis: TwoApis;

beforeAll(async () => {
  wire = await startTcpProxy(await emptyTestRedis());
  apis = await startTwoApis({ otherEnv: { REDIS_URL: wire.url } });
});
afterAll(async () => {
  await apis.stack.stop();
  await wire.stop();
});

test.skipIf(isRedisCluster())('where a send was written is kept while what was cached is taken out: two trips to Redis in all', async () => {
  const caller = await apis.register({ api: 1 });
  const { id } = await caller.confab.rest.createRoom({ name: 'quick', kind: 'public' });
  const asked = ['session:', 'cache:newest:', ':position:'];
  async function tripsOfOne(): Promise<string[][]> {
    const trips = wire.record();
    await caller.confab.rest.createMessage(id, { content: 'hello', nonce: randomUUID() });
    return trips.map((text) => asked.filter((key) => text.includes(key))).filter((keys) => keys.length > 0);
  }
  // Now and then Redis has forgotten that the session lives.
  await expect.poll(tripsOfOne).toEqual([['session:'], ['cache:newest:', ':position:']]);
});

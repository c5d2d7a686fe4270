import { createClient } from 'redis';
import { requiredEnv } from './required-env.ts';

/**
 * The worker's own logical database, emptied; with TEST_REDIS=cluster the cluster's only one, and there is one worker. Channels know
 * no databases; those of streams bear random ids, so that nobody hears a neighbour. FLUSHALL, CONFIG and kills reach the
 * neighbours: a test that wants them brings its own server.
 */
export async function emptyTestRedis(): Promise<string> {
  const urls = requiredEnv('CONFAB_TEST_REDIS_URL').split(',');
  const mine = urls.length > 1 ? urls : urls.map(inOwnDatabase);
  await Promise.all(mine.map(empty));
  return mine.join(',');
}

/** Whether the tests run on a cluster: a story of one server is not told there. */
export const isRedisCluster = (): boolean => requiredEnv('CONFAB_TEST_REDIS_URL').includes(',');

function inOwnDatabase(shared: string): string {
  const url = new URL(shared);
  url.pathname = `/${Number(process.env['VITEST_POOL_ID'] ?? 0) % 16}`;
  return url.href;
}

async function empty(url: string): Promise<void> {
  const client = createClient({ url, socket: { connectTimeout: 5000, reconnectStrategy: false } });
  // The failed command rejects as well; without a listener the process dies.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.flushDb();
  } finally {
    await client.close();
  }
}

import { createClient } from 'redis';
import { requiredEnv } from './required-env.ts';

/**
 * The worker's own logical database, emptied. Channels know no databases; those of streams bear random ids, so that nobody hears
 * a neighbour. FLUSHALL, CONFIG and kills reach the neighbours: a test that wants them brings its own server.
 */
export async function emptyTestRedis(): Promise<string> {
  const url = new URL(requiredEnv('CONFAB_TEST_REDIS_URL'));
  url.pathname = `/${Number(process.env['VITEST_POOL_ID'] ?? 0) % 16}`;
  const client = createClient({ url: url.href, socket: { connectTimeout: 5000, reconnectStrategy: false } });
  // The failed command rejects as well; without a listener the process dies.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.flushDb();
  } finally {
    await client.close();
  }
  return url.href;
}

// leaves: 1 sockets
import { createClient } from 'redis';
import { test } from 'vitest';
import { requiredEnv } from '../required-env.ts';

test('leaves something', async () => {
  await createClient({ url: requiredEnv('CONFAB_TEST_REDIS_URL').split(',')[0] ?? '' }).on('error', () => undefined).connect();
});

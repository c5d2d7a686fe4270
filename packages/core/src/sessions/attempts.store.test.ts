import { createRedis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, startTcpProxy } from '@confab/testing';
import { expect, it } from 'vitest';

import { createAttempts } from './attempts.store.ts';

const attempt = ['somebody', '192.0.2.1'] as const;

it('waits for no Redis that hangs, and lets nobody try meanwhile', async () => {
  const wire = await startTcpProxy(await emptyTestRedis());
  const redis = createRedis({ url: wire.url, name: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: false });
  try {
    await redis.awaitReady(10_000);
    const attempts = createAttempts({ redis });
    await attempts.assertMay(...attempt);
    for (let n = 0; n < 5; n += 1) await attempts.countWrong(...attempt);
    await expect(attempts.assertMay(...attempt)).rejects.toMatchObject({ code: 'rate.limited' });
    wire.hang();
    const gaveUp = { code: 'redis.unavailable', cause: { message: expect.stringContaining('no answer within') } };
    const forgetting = attempts.forget(...attempt);
    await Promise.all([
      expect(attempts.assertMay(...attempt)).rejects.toMatchObject(gaveUp),
      expect(attempts.countWrong(...attempt)).rejects.toMatchObject(gaveUp),
      expect(forgetting).resolves.toBeUndefined(),
    ]);
  } finally {
    await redis.stop();
    await wire.stop();
  }
});

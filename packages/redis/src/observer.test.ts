import { createLogger, createMetrics, createWaits, runInContext } from '@confab/runtime';
import { emptyTestRedis, isRedisCluster } from '@confab/testing';
import { expect, test } from 'vitest';
import { commandClass } from './command-class.ts';
import { createRedisObserver } from './observer.ts';
import { createRedis } from './redis.ts';
import { defineScript } from './script.ts';

test.each([
  ['GET', 'read'], ['HMGET', 'read'], ['SET', 'write'], ['ZADD', 'write'], ['DEL', 'write'], ['EVALSHA', 'script'], ['PUBLISH', 'pubsub'], ['SPUBLISH', 'pubsub'],
  ['XRANGE', 'stream'], ['XADD', 'stream'], ['EXEC', 'transaction'], ['PING', 'connection'], ['LATENCY', 'other'],
])('%s is of the class %s', (command, kind) => {
  expect(commandClass(command)).toBe(kind);
});

test.skipIf(isRedisCluster())('each command is counted, timed and told by name and class, with nothing of its key or value', async () => {
  const written: string[] = [];
  const logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination: { write: (line) => void written.push(line) } });
  const metrics = createMetrics({ process: 'test' });
  const redis = createRedis({ url: await emptyTestRedis(), name: 'observed', logger, queue: true, observe: createRedisObserver({ logger, metrics }) });
  const count = defineScript({ lua: `return redis.call('INCR', KEYS[1]) -- ${Math.random()}`, numberOfKeys: 1 });
  const waits = createWaits();
  const startedAt = performance.now();
  await runInContext({ requestId: 'r-1', waits }, async () => {
    await redis.client.set('canary-key', 'canary-value');
    await redis.client.get('canary-key');
    await Promise.all([count.run(redis.client, ['canary-count']), redis.buffers.xRange('canary-stream', '-', '+')]);
    await redis.client.hGet('canary-key', 'canary-field').catch(() => undefined);
  });
  const text = await metrics.registry.metrics();
  const timed = (kind: string) => Number(new RegExp(`confab_redis_command_duration_seconds_count{process="test",command_class="${kind}"} (\\d+)`).exec(text)?.[1] ?? 0);
  // The script twice: once to learn that it is not known.
  expect({ write: timed('write'), read: timed('read'), script: timed('script'), stream: timed('stream') }).toEqual({ write: 1, read: 2, script: 2, stream: 1 });
  expect(text).toContain('confab_redis_errors_total{command_class="read",process="test"} 1\n');
  expect(text).toMatch(/confab_redis_errors_total\{command_class="script",process="test"\} 0\n/);
  const { redisMs } = waits.split(performance.now() - startedAt);
  expect(redisMs).toBeGreaterThan(0);
  const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'redis command');
  expect(lines[0]).toMatchObject({ level: 'debug', requestId: 'r-1', command: 'SET', commandClass: 'write', failed: false, durationMs: expect.any(Number) });
  expect(written.join('')).not.toContain('canary');
  await redis.stop();
});

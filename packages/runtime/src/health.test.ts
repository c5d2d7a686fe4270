import { expect, test } from 'vitest';
import { BreakerOpen } from './breaker.ts';
import { CheckFailed, createHealth } from './health.ts';
import { createLogger } from './logger.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });

test('is ready when every check passes, and says which do not', async () => {
  let isBroken = false;
  const health = createHealth({
    logger,
    cacheMs: 0,
    checks: {
      database: async () => {
        if (isBroken) throw new Error('password=hunter2');
      },
      redis: async () => undefined,
    },
  });
  expect(await health.ready()).toMatchObject({ status: 'ok', checks: { database: { status: 'ok' }, redis: { status: 'ok' } } });
  isBroken = true;
  const report = await health.ready();
  expect(report).toMatchObject({ status: 'failed', checks: { database: { status: 'failed', reason: 'error' }, redis: { status: 'ok' } } });
  expect(JSON.stringify(report)).not.toContain('hunter2');
  isBroken = false;
  expect((await health.ready()).status).toBe('ok');
});

test.each([
  ['breaker_open', new BreakerOpen('database_primary')],
  ['schema_mismatch', new CheckFailed('schema_mismatch', 'The database lacks hunter2')],
  ['unreachable', Object.assign(new Error('connect hunter2'), { code: 'ECONNREFUSED' })],
  ['unreachable', new Error('The client is offline')],
  ['error', new Error('hunter2')],
])('says %s, and no more than that', async (reason, error) => {
  const report = await createHealth({ logger, checks: { database: () => Promise.reject(error) } }).ready();
  expect(report.checks['database']).toEqual({ status: 'failed', durationMs: expect.any(Number) as number, reason });
  expect(JSON.stringify(report)).not.toContain('hunter2');
});

test('a check that hangs fails in time and holds up no other', async () => {
  const health = createHealth({ logger, timeoutMs: 50, checks: { database: () => new Promise(() => undefined), redis: async () => undefined } });
  const startedAt = performance.now();
  expect(await health.ready()).toMatchObject({ checks: { database: { status: 'failed', reason: 'timeout' }, redis: { status: 'ok' } } });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('asks once for many who ask within the cache time', async () => {
  let asked = 0;
  const health = createHealth({
    logger,
    cacheMs: 100,
    checks: {
      database: async () => {
        asked += 1;
      },
    },
  });
  await Promise.all([health.ready(), health.ready(), health.ready()]);
  await health.ready();
  expect(asked).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 120));
  await health.ready();
  expect(asked).toBe(2);
});

test('stays not ready once told, while the process lives on', async () => {
  const health = createHealth({ logger, checks: {} });
  expect((await health.ready()).status).toBe('ok');
  health.failReadiness('stopping');
  expect(await health.ready()).toMatchObject({ status: 'failed', reason: 'stopping' });
  expect(health.live().status).toBe('ok');
});

test('an open breaker is named, and makes nothing not ready by itself', async () => {
  const health = createHealth({ logger, checks: {}, breakers: { states: () => ({ redis_cache: 'open' }) } });
  expect(await health.ready()).toEqual({ status: 'ok', checks: {}, breakers: { redis_cache: 'open' } });
});

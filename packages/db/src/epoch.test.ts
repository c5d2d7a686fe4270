import { createLogger } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEpoch } from './epoch.ts';
import { createPool, queryTimeouts } from './pool.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
let clone: TestDatabase;
let pool: pg.Pool;
let asked = 0;

beforeAll(async () => {
  clone = await createTestDatabase();
  pool = createPool({ url: clone.url, applicationName: 'confab-epoch-test', size: 1, logger, timeouts: queryTimeouts });
  pool.on('acquire', () => (asked += 1));
});

afterAll(async () => {
  await pool.end();
  await clone.drop();
});

test('is of the system and its timeline, and asked again only behind a new connection', async () => {
  const epoch = createEpoch(pool);
  await pool.query('select 1');
  const first = await epoch();
  expect(first).toMatch(/^[0-9a-z]{10,14}-1$/);
  asked = 0;
  expect([await epoch(), await epoch(), await epoch()]).toEqual([first, first, first]);
  expect(asked).toBe(0);

  const lost = new Promise((resolve) => pool.once('remove', resolve));
  await pool.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
  await lost;
  await pool.query('select 1');
  asked = 0;
  expect([await epoch(), await epoch()]).toEqual([first, first]);
  expect(asked).toBe(1);
});

test('a failure is not remembered', async () => {
  const epoch = createEpoch(pool);
  const known = await epoch();
  const broken = createPool({ url: clone.url.replace(/\/[^/]*$/, '/no_such_database'), applicationName: 'x', size: 1, logger, timeouts: queryTimeouts });
  const wrong = createEpoch(broken);
  await expect(wrong()).rejects.toThrow('does not exist');
  broken.options.connectionString = clone.url;
  expect(await wrong()).toBe(known);
  await broken.end();
});

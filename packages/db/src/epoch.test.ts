import { createLogger } from '@confab/runtime';
import { createTestDatabase, startTcpProxy } from '@confab/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createDatabase } from './database.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });

test('is of the system and its timeline; a failure is not remembered, and what is known needs no server', async () => {
  const clone = await createTestDatabase();
  const wire = await startTcpProxy(clone.url);
  wire.cut();
  const db = createDatabase({ primaryUrl: wire.url, replicaUrls: [], applicationName: 'confab-epoch-test', logger });
  await expect(db.epoch()).rejects.toThrow('ECONN');
  wire.restore();
  await expect.poll(() => db.epoch().catch(() => ''), { timeout: 10_000 }).toMatch(/^[0-9a-z]{10,14}-1$/);
  const known = await db.epoch();
  expect((await sql<{ x: number }>`select 1 as x`.execute(db.primary)).rows).toEqual([{ x: 1 }]);
  wire.cut();
  expect(await db.epoch()).toBe(known);
  await db.stop();
  await wire.stop();
  await clone.drop();
});

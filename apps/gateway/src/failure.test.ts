import { createDatabase, type Database } from '@confab/db';
import { AppError, createLogger } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { closeCodeOf } from './failure.ts';

let clone: TestDatabase;
let database: Database;

beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase({ primaryUrl: clone.url, replicaUrls: [], applicationName: 'failure', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), poolSize: 1 });
});
afterAll(async () => {
  await database.stop();
  await clone.drop();
});

const read = () => database.primary.selectFrom('users').select('id').execute();

/** All connections of the pool are lent out for longer than anybody waits. */
async function whileAllAreLent(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const lent = database.write(async () => promise);
  const failed = await read().catch((error: unknown) => error);
  resolve();
  await lent;
  return failed;
}

it.for<[string, () => unknown, 1013 | 4500]>([
  ['a pool that has no connection to give in time', whileAllAreLent, 1013],
  ['a database that is away', async () => (await database.stop(), read().catch((error: unknown) => error)), 1013],
  ['a service that has too much to do', () => new AppError('service.overloaded'), 1013],
  ['what is broken', () => new TypeError('not a function'), 4500],
])('%s', { timeout: 30_000 }, async ([, failing, code]) => {
  expect(closeCodeOf(await failing())).toBe(code);
});

import { createDatabase, type Database } from '@confab/db';
import { AppError, createLogger } from '@confab/runtime';
import { createTestDatabase, type TestDatabase } from '@confab/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { closeCodeOf } from './failure.ts';

let clone: TestDatabase;
let databases: Database[];

beforeAll(async () => {
  clone = await createTestDatabase();
  const logger = createLogger({ name: 'test', level: 'silent', pretty: false });
  // Of the second nothing is there.
  databases = [clone.url, 'postgres://nobody@127.0.0.1:1/none'].map((primaryUrl) => createDatabase({ primaryUrl, replicaUrls: [], applicationName: 'failure', logger, poolSize: 1 }));
});
afterAll(async () => {
  for (const database of databases) await database.stop();
  await clone.drop();
});

const failureOf = (database: Database) => database.primary.selectFrom('users').select('id').execute().then(() => undefined, (error: unknown) => error);

/** All connections of the pool are lent out for longer than anybody waits. */
async function whileAllAreLent(database: Database): Promise<unknown> {
  const { promise: isLent, resolve: begun } = Promise.withResolvers<void>();
  const { promise, resolve: end } = Promise.withResolvers<void>();
  const lent = database.write(async () => (begun(), promise));
  await isLent;
  const failed = await failureOf(database);
  end();
  await lent;
  return failed;
}

it.for<[string, () => unknown, 1013 | 4500]>([
  ['a pool that has no connection to give in time', () => whileAllAreLent(databases[0]!), 1013],
  ['a database that is away', () => failureOf(databases[1]!), 1013],
  ['a service that has too much to do', () => new AppError('service.overloaded'), 1013],
  ['what is broken', () => new TypeError('not a function'), 4500],
])('%s', { timeout: 30_000 }, async ([, failing, code]) => {
  expect(closeCodeOf(await failing())).toBe(code);
});

// leaves: transactions were left open in confab_test_
import { Client } from 'pg';
import { afterAll, test } from 'vitest';
import { createTestDatabase } from '../database.ts';
import type { TestDatabase } from '../database.ts';

let database: TestDatabase;
let client: Client;
afterAll(async () => {
  try {
    await database.drop();
  } finally {
    await client.end().catch(() => undefined);
  }
});

test('leaves something', async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
});

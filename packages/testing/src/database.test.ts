import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase, dropLeftDatabases } from './database.ts';

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  // The drop ends it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

test('two clones have the schema, at once on the replica too, and know nothing of each other', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const clients = await Promise.all([one.url, other.url, one.replicaUrl].map(connect));
  const count = async (client: Client): Promise<unknown> => (await client.query('SELECT count(*)::int AS n FROM stream')).rows[0];
  const [first, second, replica] = clients as [Client, Client, Client];
  await first.query("INSERT INTO stream (id, head) VALUES ('room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d', 0)");
  expect(await count(first)).toEqual({ n: 1 });
  expect(await count(second)).toEqual({ n: 0 });
  await expect.poll(() => count(replica)).toEqual({ n: 1 });
  await expect(replica.query('DELETE FROM stream')).rejects.toThrow('read-only');
  for (const client of clients) await client.end();
  await Promise.all([one.drop(), other.drop()]);
  await expect(connect(one.url)).rejects.toThrow('does not exist');
});

test('an open transaction is named, and the database dropped all the same', async () => {
  const database = await createTestDatabase();
  const client = await connect(database.url);
  await client.query('BEGIN');
  await client.query('SELECT 1 AS forgotten');
  await expect(database.drop()).rejects.toThrow('SELECT 1 AS forgotten');
  await expect(connect(database.url)).rejects.toThrow('does not exist');
  await delay(10);
});

test('a clone that was never dropped is found', async () => {
  const database = await createTestDatabase();
  expect(await dropLeftDatabases()).toEqual([database.name]);
  expect(await dropLeftDatabases()).toEqual([]);
});

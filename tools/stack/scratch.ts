import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import type { Postgres } from './postgres.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** Lends an empty PostgreSQL that is gone afterwards. */
export async function withScratchPostgres<T>(work: (postgres: Postgres) => Promise<T>): Promise<T> {
  const folder = await makeTemporaryFolder();
  try {
    const postgres = await startPostgres({
      directory: join(folder, 'postgres/primary'),
      logFile: join(folder, 'postgres.log'),
      port: await createPorts().take(),
      password: randomBytes(12).toString('base64url'),
      durable: false,
    });
    try {
      return await work(postgres);
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the database when it is missing, and answers its address. */
export async function ensureDatabase(postgres: Postgres, name: string): Promise<string> {
  const client = new Client({ connectionString: postgres.databaseUrl() });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return postgres.databaseUrl(name);
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Logger as WorkerLogger, runMigrations as installJobTables } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { checkout } from '../stack/places.ts';

export type Direction = 'up' | 'down';
export type MigrationStatus = { name: string; runAt: Date | undefined };

export const migrationsFolder = join(checkout, 'migrations');
/** node-pg-migrate's own name for the table of what has run. */
export const migrationsTable = 'pgmigrations';

type MigrateOptions = {
  /** How many: up all that are left, down one, when not said. */
  count?: number | undefined;
  say?: ((line: string) => void) | undefined;
};

/**
 * Every pending migration, in one transaction: a failure leaves nothing. Upwards the job queue's own tables follow, so that no process
 * needs the right to make tables. Returns the names, in the order they ran.
 */
export async function migrate(databaseUrl: string, direction: Direction, { count, say }: MigrateOptions = {}): Promise<string[]> {
  const names = await runFiles(databaseUrl, direction, { count, say });
  if (direction === 'up') await installJobTables({ connectionString: databaseUrl, logger: new WorkerLogger(() => () => undefined) });
  return names;
}

function runFiles(databaseUrl: string, direction: Direction, { count, say }: MigrateOptions): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const done = await runner({
      dbClient: client,
      dir: migrationsFolder,
      direction,
      migrationsTable,
      advisoryLockMode: 'wait',
      logger: { info: () => undefined, warn: (message) => say?.(message), error: (message) => say?.(message) },
      ...(count === undefined ? {} : { count }),
    });
    for (const { name } of done) say?.(`${direction === 'up' ? '+' : '-'} ${name}`);
    return done.map(({ name }) => name);
  });
}

export async function migrationStatus(databaseUrl: string): Promise<MigrationStatus[]> {
  const runAt = await withClient(databaseUrl, readRun);
  const names = new Set([...readdirSync(migrationsFolder).map((file) => file.replace(/\.sql$/, '')), ...runAt.keys()]);
  return [...names].toSorted().map((name) => ({ name, runAt: runAt.get(name) }));
}

async function readRun(client: Client): Promise<Map<string, Date>> {
  const { rows: tables } = await client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [migrationsTable]);
  if (tables[0]?.exists !== true) return new Map();
  const { rows } = await client.query<{ name: string; run_on: Date }>(`SELECT name, run_on FROM ${migrationsTable}`);
  return new Map(rows.map((row) => [row.name, row.run_on]));
}

/** Nobody stays connected: a template database must be left alone to be cloned. */
async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'confab-migrate', connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

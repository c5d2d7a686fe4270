import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger as WorkerLogger, runMigrations as installJobTables } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import { Client, DatabaseError } from 'pg';
import { checkout } from '../stack/places.ts';
import { loadMigrations } from './loader.ts';
import { primaryOf } from './target.ts';

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

const lockTries = 10;
const retryMs = 1_000;

/**
 * Every pending migration, each in its own transaction, so that no lock is held longer than one of them takes. Upwards the
 * job queue's own tables follow, so that no process needs the right to make tables. Returns the names, in the order they ran.
 */
export async function migrate(url: string, direction: Direction, options: MigrateOptions = {}): Promise<string[]> {
  const databaseUrl = await primaryOf(url);
  const names: string[] = [];
  const wanted = options.count ?? (direction === 'up' ? Infinity : 1);
  while (names.length < wanted) {
    const [name] = await runNext(databaseUrl, direction, options);
    if (name === undefined) break;
    names.push(name);
  }
  if (direction === 'up') await installJobTables({ connectionString: databaseUrl, logger: new WorkerLogger(() => () => undefined) });
  return names;
}

/** A migration that did not get its lock in time left nothing behind, and is tried again; another process that migrates is waited for. */
async function runNext(databaseUrl: string, direction: Direction, options: MigrateOptions): Promise<string[]> {
  for (let left = lockTries - 1; ; ) {
    try {
      return await runOne(databaseUrl, direction, options);
    } catch (error) {
      if (!isMigratingElsewhere(error)) {
        if (left === 0 || !(error instanceof DatabaseError) || error.code !== '55P03') throw error;
        options.say?.(`a lock was not to be had in time; ${left} more tries`);
        left -= 1;
      }
      await delay(retryMs);
    }
  }
}

/** node-pg-migrate has no code for it. */
function isMigratingElsewhere(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Another migration is already running');
}

function runOne(databaseUrl: string, direction: Direction, { say }: MigrateOptions): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const done = await runner({
      dbClient: client,
      dir: migrationsFolder,
      direction,
      migrationsTable,
      // Whoever waited within a statement would hold up an index that is made concurrently, which waits for all statements.
      advisoryLockMode: 'fail',
      singleTransaction: false,
      migrationLoaderStrategies: [{ extensions: ['.sql'], loader: loadMigrations }],
      count: 1,
      // Its warnings are about what the file asked for: no transaction.
      logger: { info: () => undefined, warn: () => undefined, error: (message) => say?.(message) },
    });
    for (const { name } of done) say?.(`${direction === 'up' ? '+' : '-'} ${name}`);
    return done.map(({ name }) => name);
  });
}

export async function migrationStatus(databaseUrl: string): Promise<MigrationStatus[]> {
  const runAt = await withClient(await primaryOf(databaseUrl), readRun);
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

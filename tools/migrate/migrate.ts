import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger as WorkerLogger, runMigrations as installJobTables } from 'graphile-worker';
import { runner } from 'node-pg-migrate';
import type { Client } from 'pg';
import { checkout } from '../stack/places.ts';
import { backfillsFolder, demandBackfill } from './backfill.ts';
import { withClient } from './connect.ts';
import { demandsOf, loadMigrations } from './loader.ts';
import { insist, retryMs } from './patience.ts';
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
  places?: { migrations: string; backfills: string } | undefined;
};

const ours = { migrations: migrationsFolder, backfills: backfillsFolder };

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

/** Another process that migrates is waited for. */
async function runNext(databaseUrl: string, direction: Direction, options: MigrateOptions): Promise<string[]> {
  if (direction === 'up') await demandBackfills(databaseUrl, options);
  for (;;) {
    try {
      return await insist(() => runOne(databaseUrl, direction, options), options.say);
    } catch (error) {
      if (!isMigratingElsewhere(error)) throw error;
      await delay(retryMs);
    }
  }
}

/** What the next migration takes away must have been taken over before. */
async function demandBackfills(databaseUrl: string, { places = ours, say }: MigrateOptions): Promise<void> {
  const next = (await migrationStatus(databaseUrl, places.migrations)).find(({ runAt }) => runAt === undefined);
  if (next === undefined) return;
  const path = join(places.migrations, `${next.name}.sql`);
  for (const name of demandsOf(readFileSync(path, 'utf8'))) await demandBackfill(databaseUrl, name, { folder: places.backfills, say });
}

/** node-pg-migrate has no code for it. */
function isMigratingElsewhere(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Another migration is already running');
}

function runOne(databaseUrl: string, direction: Direction, { say, places = ours }: MigrateOptions): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const done = await runner({
      dbClient: client,
      dir: places.migrations,
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

export async function migrationStatus(databaseUrl: string, folder = migrationsFolder): Promise<MigrationStatus[]> {
  const runAt = await withClient(await primaryOf(databaseUrl), readRun);
  const names = new Set([...readdirSync(folder).map((file) => file.replace(/\.sql$/, '')), ...runAt.keys()]);
  return [...names].toSorted().map((name) => ({ name, runAt: runAt.get(name) }));
}

async function readRun(client: Client): Promise<Map<string, Date>> {
  const { rows: tables } = await client.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [migrationsTable]);
  if (tables[0]?.exists !== true) return new Map();
  const { rows } = await client.query<{ name: string; run_on: Date }>(`SELECT name, run_on FROM ${migrationsTable}`);
  return new Map(rows.map((row) => [row.name, row.run_on]));
}

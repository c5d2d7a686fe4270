import { setTimeout as delay } from 'node:timers/promises';
import { CheckFailed } from '@confab/runtime';
import { sql } from 'kysely';
import { migrationNames } from '../generated/migrations.ts';
import type { Db } from './database.ts';
import { isConnectionFailure, isPoolExhausted } from './failures.ts';
import { named } from './query-name.ts';

/** The database is not at the schema that this program was built for. The message says what mends it. */
export class SchemaMismatch extends CheckFailed {
  override readonly name = 'SchemaMismatch';

  constructor(message: string) {
    super('schema_mismatch', message);
  }
}

const reachableWithinMs = 20_000;

export const checkSchema = (db: Db): Promise<void> => patiently(() => checkSchemaNow(db));

export async function checkSchemaNow(db: Db): Promise<void> {
  const present = await migrationsOf(db);
  const missing = migrationNames.filter((name) => !present.includes(name));
  if (missing.length > 0) throw new SchemaMismatch(`The database lacks the migrations ${missing.join(', ')}. Run \`pnpm migrate up\`.`);
  const surplus = present.filter((name) => !migrationNames.includes(name));
  // What a later version has only added is no harm: that is how versions replace each other while people go on.
  if (surplus.length > 0 && (await oldestProgram(db)) > newestKnown) {
    throw new SchemaMismatch(
      `The database has the migrations ${surplus.join(', ')}, on which this version may not run any more. Start the version that knows them, or run its \`pnpm migrate down ${surplus.length}\`.`,
    );
  }
}

/** The number of the last migration that this program knows. */
const newestKnown = Math.max(...migrationNames.map((name) => Number.parseInt(name, 10)));

async function oldestProgram(db: Db): Promise<number> {
  const row = await named(db, 'schema.oldestProgram').selectFrom('schema_version').select('oldest_program').executeTakeFirstOrThrow();
  return row.oldest_program;
}

/** The database may be starting at the same time as we. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const end = performance.now() + reachableWithinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > end || !(isConnectionFailure(error) || isPoolExhausted(error))) throw error;
      await delay(500);
    }
  }
}

async function migrationsOf(db: Db): Promise<string[]> {
  const { rows: tables } = await sql<{ exists: boolean }>`select to_regclass('pgmigrations') is not null as exists`.execute(named(db, 'schema.exists'));
  if (tables[0]?.exists !== true) return [];
  const { rows } = await sql<{ name: string }>`select name from pgmigrations order by id`.execute(named(db, 'schema.list'));
  return rows.map(({ name }) => name);
}

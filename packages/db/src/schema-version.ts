import { sql } from 'kysely';
import { migrationNames } from '../generated/migrations.ts';
import type { Db } from './database.ts';
import { named } from './query-name.ts';

/** The database is not at the schema that this program was built for. The message says what mends it. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

export async function checkSchema(db: Db): Promise<void> {
  const present = await migrationsOf(db);
  const missing = migrationNames.filter((name) => !present.includes(name));
  if (missing.length > 0) throw new SchemaMismatch(`The database lacks the migrations ${missing.join(', ')}. Run \`pnpm migrate up\`.`);
  const surplus = present.filter((name) => !migrationNames.includes(name));
  if (surplus.length > 0) {
    throw new SchemaMismatch(
      `The database has the migrations ${surplus.join(', ')}, which this version does not know. Start the version that does, or run its \`pnpm migrate down ${surplus.length}\`.`,
    );
  }
}

async function migrationsOf(db: Db): Promise<string[]> {
  const { rows: tables } = await sql<{ exists: boolean }>`select to_regclass('pgmigrations') is not null as exists`.execute(named(db, 'schema.exists'));
  if (tables[0]?.exists !== true) return [];
  const { rows } = await sql<{ name: string }>`select name from pgmigrations order by id`.execute(named(db, 'schema.list'));
  return rows.map(({ name }) => name);
}

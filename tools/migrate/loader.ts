import { readFile } from 'node:fs/promises';
import type { MigrationBuilder } from 'node-pg-migrate';

type Actions = { up: (builder: MigrationBuilder) => void; down: (builder: MigrationBuilder) => void };

/**
 * Nobody may wait longer than this behind a migration that itself waits for a lock: it gives up, and is tried again by
 * `migrate`.
 */
export const lockTimeoutMs = 2_000;

/** A line of its own in the file, before both ways. */
const concurrently = '-- Concurrently';

/**
 * Reads our SQL files for node-pg-migrate. Each way is one transaction under the lock timeout. A file that says
 * `-- Concurrently` runs statement by statement outside of one, as `CREATE INDEX CONCURRENTLY` asks: it blocks nobody and
 * so may wait for long. A statement there ends with the semicolon at the end of a line, and must bear being repeated.
 */
export async function loadMigrations(filePaths: string[]): Promise<{ id: string; filePaths: string[]; actions: Actions }[]> {
  return Promise.all(filePaths.map(async (path) => ({ id: path, filePaths: [path], actions: actionsOf(path, await readFile(path, 'utf8')) })));
}

export function actionsOf(path: string, text: string): Actions {
  const [head = '', up, down, ...more] = text.split(/^-- (?:Up|Down) Migration$/m);
  if (up === undefined || down === undefined || more.length > 0 || text.indexOf('-- Up') > text.indexOf('-- Down')) {
    throw new Error(`${path}: wants one "-- Up Migration" and then one "-- Down Migration"`);
  }
  const isConcurrent = head.split('\n').includes(concurrently);
  const action = (sql: string) => (builder: MigrationBuilder) => (isConcurrent ? runSeparately(builder, sql) : runTogether(builder, sql));
  return { up: action(up), down: action(down) };
}

/** The backfills that must be finished before: a line `-- Backfilled: <name>` each, before both ways. */
export function demandsOf(text: string): string[] {
  const [head = ''] = text.split(/^-- Up Migration$/m);
  return [...head.matchAll(/^-- Backfilled: (\S+)$/gm)].map(([, name]) => name ?? '');
}

function runTogether(builder: MigrationBuilder, sql: string): void {
  builder.sql(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
  builder.sql(sql);
}

function runSeparately(builder: MigrationBuilder, sql: string): void {
  builder.noTransaction();
  for (const statement of sql.split(/;$/m)) if (statement.replaceAll(/^--.*$/gm, '').trim() !== '') builder.sql(statement.trim());
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { describeSchema } from '../schema/describe.ts';
import { query, withEmptyDatabase } from './empty-database.ts';
import { migrate, migrationsFolder, migrationStatus } from './migrate.ts';

const patient = { timeout: 120_000 };
const data = readFileSync(join(import.meta.dirname, 'data.sql'), 'utf8');
const names = readdirSync(migrationsFolder).map((file) => file.replace(/\.sql$/, '')).toSorted();

test('down undoes what up did, migration by migration, with data in every table', patient, async () => {
  await withEmptyDatabase(async (url) => {
    const schemas: string[] = [];
    for (const name of names) {
      schemas.push(await describeSchema(url));
      expect(await migrate(url, 'up', { count: 1 })).toEqual([name]);
    }
    const full = await describeSchema(url);
    await query(url, data);
    for (const name of names.toReversed()) {
      expect(await migrate(url, 'down')).toEqual([name]);
      expect(await describeSchema(url), `after ${name} was undone`).toBe(schemas.pop());
    }
    expect(await migrate(url, 'up')).toEqual(names);
    expect(await describeSchema(url)).toBe(full);
    await query(url, data);
  });
});

test('the data above reaches every table', async () => {
  await withEmptyDatabase(async (url) => {
    await migrate(url, 'up');
    await query(url, data);
    const tables = await query(url, `
      SELECT relname FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'pgmigrations'`);
    expect(tables.length).toBeGreaterThan(0);
    for (const { relname } of tables) {
      const [row] = await query(url, `SELECT count(*)::int AS n FROM ${String(relname)}`);
      expect(row?.['n'], String(relname)).toBeGreaterThan(0);
    }
  });
});

test('status tells what has run and what is left', async () => {
  await withEmptyDatabase(async (url) => {
    const has = async (): Promise<boolean[]> => (await migrationStatus(url)).map(({ runAt }) => runAt !== undefined);
    expect(await has()).toEqual(names.map(() => false));
    await migrate(url, 'up', { count: 1 });
    expect(await has()).toEqual(names.map((_, index) => index === 0));
    await migrate(url, 'up');
    expect((await migrationStatus(url)).map(({ name }) => name)).toEqual(names);
  });
});

test('two that migrate at once do it once', async () => {
  await withEmptyDatabase(async (url) => {
    const results = await Promise.all([migrate(url, 'up'), migrate(url, 'up')]);
    expect(results.flat().toSorted()).toEqual(names);
  });
});

test('a lock that is not to be had in time is given up, and asked for again', patient, async () => {
  await withEmptyDatabase(async (url) => {
    await migrate(url, 'up', { count: 1 });
    const holder = new Client({ connectionString: url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE pgmigrations IN EXCLUSIVE MODE');
    const said: string[] = [];
    const migrating = migrate(url, 'up', { count: 1, say: (line) => said.push(line) });
    try {
      await expect.poll(() => said, { timeout: 15_000 }).toContainEqual(expect.stringContaining('a lock was not to be had in time'));
    } finally {
      await holder.end();
    }
    expect(await migrating).toEqual([names[1]]);
  });
});

/** Of each table, its rows. */
async function contentOf(url: string): Promise<Map<string, Record<string, unknown>[]>> {
  const tables = await query(url, `
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'pgmigrations' ORDER BY relname`);
  const content = new Map<string, Record<string, unknown>[]>();
  for (const { relname } of tables) {
    const rows = await query(url, `SELECT to_jsonb(t) AS row FROM ${String(relname)} AS t ORDER BY to_jsonb(t)::text`);
    content.set(String(relname), rows.map(({ row }) => row as Record<string, unknown>));
  }
  return content;
}

test('undone and done again, a migration leaves what it did not make itself as it was', patient, async () => {
  await withEmptyDatabase(async (url) => {
    await migrate(url, 'up');
    await query(url, data);
    let before = await contentOf(url);
    // One by one, from the last to the second.
    for (const name of names.slice(1).toReversed()) {
      await migrate(url, 'down');
      const between = await contentOf(url);
      expect(await migrate(url, 'up', { count: 1 })).toEqual([name]);
      const after = await contentOf(url);
      for (const [table, rows] of between) {
        const kept = (all: Record<string, unknown>[] = []) => all.map((row) => Object.fromEntries(Object.keys(rows[0] ?? {}).map((column) => [column, row[column]])));
        expect(rows.length, table).toBeGreaterThan(0);
        expect(kept(after.get(table)), `${table} after ${name} was undone`).toEqual(kept(before.get(table)));
      }
      await migrate(url, 'down');
      before = between;
    }
  });
});

test('nobody who reads and writes meanwhile waits for two seconds', patient, async ({ annotate }) => {
  await withEmptyDatabase(async (url) => {
    await migrate(url, 'up', { count: 4 });
    // What later migrations make has nothing in it yet.
    for (const statement of data.split(/;\n/)) await query(url, statement).catch((error: unknown) => expect(error).toMatchObject({ code: '42P01' }));
    await query(url, `
      INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at)
      SELECT gen_random_uuid(), room_id, n, n, author_id, 'text', '<p>text</p>', 'nonce ' || n, request_hash, now()
      FROM messages, generate_series(100, 60000) AS n`);
    let isOver = false;
    let slowestMs = 0;
    let statements = 0;
    const people = [0, 1].map(async (person) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      for (let n = 0; !isOver; n += 1) {
        const startedAt = performance.now();
        await client.query(n % 2 === 0 ? `UPDATE memberships SET read_seq = read_seq + 1` : `
          INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at)
          SELECT gen_random_uuid(), room_id, ${1_000_000 * (person + 1) + n}, 1, author_id, 'text', '<p>text</p>', '${person} ${n}', request_hash, now() FROM messages WHERE seq = 2`);
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        statements += 1;
      }
      await client.end();
    });
    expect(await migrate(url, 'up')).toEqual(names.slice(4));
    isOver = true;
    await Promise.all(people);
    await annotate(`${statements} statements meanwhile, the slowest took ${Math.round(slowestMs)} ms`);
    expect(statements).toBeGreaterThan(10);
    expect(slowestMs).toBeLessThan(2_000);
  });
});

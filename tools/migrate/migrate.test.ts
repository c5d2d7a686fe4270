import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { describeSchema } from '../schema/describe.ts';
import { migrate, migrationsFolder, migrationStatus } from './migrate.ts';

const data = readFileSync(join(import.meta.dirname, 'data.sql'), 'utf8');
const names = readdirSync(migrationsFolder).map((file) => file.replace(/\.sql$/, '')).toSorted();

/** An empty database of the test cluster, gone afterwards. */
async function withEmptyDatabase(work: (databaseUrl: string) => Promise<void>): Promise<void> {
  const adminUrl = process.env['CONFAB_TEST_DATABASE_URL'];
  if (adminUrl === undefined) throw new Error('runs within vitest');
  const url = new URL(adminUrl);
  url.pathname = `/confab_migrate_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const name = url.pathname.slice(1);
  await query(adminUrl, `CREATE DATABASE ${name}`);
  try {
    await work(url.href);
  } finally {
    await query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}

test('down undoes what up did, migration by migration, with data in every table', async () => {
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

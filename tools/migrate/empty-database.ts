import { dropDatabase } from '@confab/testing';
import { Client } from 'pg';

/** For tests: an empty database of their cluster, gone afterwards. */
export async function withEmptyDatabase(work: (databaseUrl: string) => Promise<void>): Promise<void> {
  const adminUrl = process.env['CONFAB_TEST_DATABASE_URL'];
  if (adminUrl === undefined) throw new Error('runs within vitest');
  const url = new URL(adminUrl);
  url.pathname = `/confab_migrate_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const name = url.pathname.slice(1);
  await query(adminUrl, `CREATE DATABASE ${name}`);
  try {
    await work(url.href);
  } finally {
    await dropDatabase(name);
  }
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}

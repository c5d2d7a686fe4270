import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createTestDatabase } from '@confab/testing';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { checkout } from '../stack/places.ts';

const run = promisify(execFile);

test('`migrate up` lets the application in with the password it is given, and with the next one', { timeout: 60_000 }, async () => {
  const database = await createTestDatabase();
  const login = `confab-login-${process.pid}`;
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  const addressWith = (password: string): string => {
    const url = new URL(database.url);
    [url.username, url.password] = [login, encodeURIComponent(password)];
    return url.href;
  };
  const migrateUp = (url: string) => run(process.execPath, ['tools/migrate/cli.ts', 'up'], { cwd: checkout, env: { DATABASE_DIRECT_URL: database.url, DATABASE_URL: url } });
  const enter = async (url: string): Promise<unknown> => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query("SELECT current_user AS name, pg_has_role('confab_app', 'USAGE') AS may FROM users")).rows[0] ?? 'nobody there';
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  try {
    for (const [password, old] of [['p/ss "%', 'none'], ['another', 'p/ss "%']] as const) {
      await migrateUp(addressWith(password));
      expect(await enter(addressWith(password))).toBe('nobody there');
      expect(await enter(addressWith(old))).toBe('28P01');
    }
    const { rows } = await owner.query('SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles WHERE rolname = $1', [login]);
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false, rolreplication: false }]);
    await expect(migrateUp(addressWith(''))).rejects.toThrow(`no password for ${login}`);
    // The owner's own address for both: there is nobody to make.
    await migrateUp(database.url);
  } finally {
    await owner.query(`DROP ROLE IF EXISTS "${login}"`);
    await owner.end();
    await database.drop();
  }
});

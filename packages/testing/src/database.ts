import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { requiredEnv } from './required-env.ts';

export interface TestDatabase {
  readonly name: string;
  /** As its owner. */
  readonly url: string;
  readonly replicaUrl: string;
  /** As Confab's processes see it. */
  readonly applicationUrl: string;
  readonly applicationReplicaUrl: string;
  /** Throws if a transaction was left open, having dropped the database all the same. */
  drop(): Promise<void>;
}

const template = 'confab_template';

/** Clones of this process begin so. Another process cannot be asked whether it still needs its own. */
export const namePrefix = (): string => `confab_test_${process.pid}_`;

/** A clone of the migrated template, on the primary and on the replica. About 0.1 s. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `${namePrefix()}${randomBytes(6).toString('hex')}`;
  const position = await withAdmin(async (admin) => {
    // Half the work of the other way, which writes every page into the log for the replica.
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    const { rows } = await admin.query<{ position: string }>('SELECT pg_current_wal_lsn() AS position');
    return rows[0]?.position;
  });
  await replayed(position);
  return {
    name,
    url: inDatabase(primaryUrl(), name),
    replicaUrl: inDatabase(replicaUrl(), name),
    applicationUrl: inDatabase(requiredEnv('CONFAB_TEST_APPLICATION_URL'), name),
    applicationReplicaUrl: inDatabase(requiredEnv('CONFAB_TEST_APPLICATION_REPLICA_URL'), name),
    drop: () => dropDatabase(name),
  };
}

/** For the check after each file: what was never dropped. Drops it. */
export async function dropLeftDatabases(): Promise<string[]> {
  const names = await withAdmin(async (admin) => {
    const { rows } = await admin.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [namePrefix()]);
    return rows.map(({ datname }) => datname);
  });
  for (const name of names) await dropDatabase(name);
  return names;
}

/** Throws if a transaction was left open in it, having dropped it all the same. */
export async function dropDatabase(name: string): Promise<void> {
  const open = await withAdmin(async (admin) => {
    const left = await openTransactions(admin, name);
    await closing(admin, name);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    return left;
  });
  if (open.length > 0) throw new Error(`transactions were left open in ${name}, after:\n  ${open.join('\n  ')}`);
}

/** A backend notices a little late that its client was killed or went away: asked again for a second. */
async function openTransactions(admin: Client, name: string): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await admin.query<{ query: string; application_name: string }>(
      "SELECT query, application_name FROM pg_stat_activity WHERE datname = $1 AND state LIKE 'idle in transaction%'",
      [name],
    );
    if (rows.length === 0 || attempt === 10) return rows.map((row) => `${row.application_name}: ${row.query}`);
    await delay(100);
  }
}

/** Whoever is about to go shall go by himself: to be thrown out would be an error that nobody expects. */
async function closing(admin: Client, name: string): Promise<void> {
  for (let attempt = 0; attempt < 25; attempt++) {
    const { rowCount } = await admin.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
    if (rowCount === 0) return;
    await delay(20);
  }
}

async function replayed(position: string | undefined): Promise<void> {
  await withClient(replicaUrl(), async (replica) => {
    for (let attempt = 0; attempt < 500; attempt++) {
      const { rows } = await replica.query<{ here: boolean }>('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS here', [position]);
      if (rows[0]?.here === true) return;
      await delay(10);
    }
    throw new Error('the replica has not replayed the new database within 5 s; did a test pause its replay?');
  });
}

const withAdmin = <T>(work: (client: Client) => Promise<T>): Promise<T> => withClient(primaryUrl(), work);

async function withClient<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString, application_name: 'confab-testing' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

const primaryUrl = (): string => requiredEnv('CONFAB_TEST_DATABASE_URL');
const replicaUrl = (): string => requiredEnv('CONFAB_TEST_DATABASE_REPLICA_URL');

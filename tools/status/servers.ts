import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { createClient } from 'redis';
import { checkout } from '../stack/places.ts';
import type { DatabaseState, JobCounts, RedisState, ReplicaState } from './system.ts';

const patienceMs = 3_000;

/** Without what lets somebody in. */
const addressOf = (url: string): string => new URL(url).host;

function reasonOf(error: unknown): string {
  const text = (error instanceof AggregateError ? String(error.errors[0]) : String(error)).replace(/^\w*Error: /, '');
  return /time-?out/i.test(text) ? `no answer within ${patienceMs / 1000} s` : text;
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'confab-status', connectionTimeoutMillis: patienceMs, query_timeout: patienceMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    // A server that hangs would not say goodbye either.
    void client.end().catch(() => undefined);
  }
}

export async function askDatabase(url: string): Promise<DatabaseState & { position?: string }> {
  const address = addressOf(url);
  try {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<{ version: string; position: string | null; isReplica: boolean }>(
        `select current_setting('server_version') as version, pg_is_in_recovery() as "isReplica", case when not pg_is_in_recovery() then pg_current_wal_flush_lsn()::text end as position`);
      const [row] = rows;
      if (row === undefined || row.isReplica) return { address, isUp: false, reason: 'it is a replica, not a primary' };
      return { address, isUp: true, version: row.version, schema: await schemaOf(client), jobs: await jobsOf(client), ...(row.position === null ? {} : { position: row.position }) };
    });
  } catch (error) {
    return { address, isUp: false, reason: reasonOf(error) };
  }
}

async function schemaOf(client: Client): Promise<Extract<DatabaseState, { isUp: true }>['schema']> {
  const known = readdirSync(join(checkout, 'migrations')).map((name) => name.replace(/\.sql$/, '')).toSorted();
  const { rows } = await client.query<{ name: string }>("select name from pgmigrations order by id").catch(() => ({ rows: [] }));
  const present = rows.map(({ name }) => name);
  return { newest: present.at(-1) ?? 'none', missing: known.filter((name) => !present.includes(name)), unknown: present.filter((name) => !known.includes(name)) };
}

/** Undefined for a login that may not see them. */
async function jobsOf(client: Client): Promise<JobCounts | undefined> {
  const text = `
    select count(*) filter (where attempts < max_attempts and locked_at is null and run_at <= now())::int as ready,
      count(*) filter (where attempts < max_attempts and locked_at is null and run_at > now())::int as scheduled,
      count(*) filter (where locked_at is not null)::int as running,
      count(*) filter (where attempts >= max_attempts and locked_at is null)::int as dead
    from graphile_worker.jobs`;
  return client.query<JobCounts>(text).then(({ rows }) => rows[0], () => undefined);
}

export async function askReplica(url: string, index: number, position: string | undefined): Promise<ReplicaState> {
  const facts = { replica: index + 1, address: addressOf(url) };
  try {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<{ behind: string | null }>('select greatest(0, pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn()))::text as behind', [position ?? null]);
      return { ...facts, isUp: true, behindBytes: Number(rows[0]?.behind ?? 0) };
    });
  } catch (error) {
    return { ...facts, isUp: false, reason: reasonOf(error) };
  }
}

export async function askRedis(url: string): Promise<RedisState> {
  const address = addressOf(url);
  const client = createClient({ url, socket: { connectTimeout: patienceMs, socketTimeout: patienceMs, reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info();
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '?';
    return { address, isUp: true, version: field('redis_version'), usedMemory: field('used_memory_human'), clients: Number(field('connected_clients')) };
  } catch (error) {
    return { address, isUp: false, reason: reasonOf(error) };
  } finally {
    if (client.isOpen) client.destroy();
  }
}

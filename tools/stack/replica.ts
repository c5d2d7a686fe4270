import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { makeDirectory, writePrivate } from './postgres-files.ts';
import { startServer } from './postgres.ts';
import type { Postgres, PostgresOptions } from './postgres.ts';
import { run } from './run-command.ts';
import { serviceUser } from './service-user.ts';

export type ReplicaOptions = Omit<PostgresOptions, 'password'> & { primary: Postgres; name?: string };

/** A streaming replica with a slot of its own on the primary. */
export async function startReplica({ primary, name = 'replica', ...options }: ReplicaOptions): Promise<Postgres> {
  await seed(options, primary, name);
  return startServer(name, { ...options, password: primary.password }, { port: primary.port, password: primary.password, slot: name });
}

async function seed({ directory, logFile }: Omit<PostgresOptions, 'password'>, primary: Postgres, slot: string): Promise<void> {
  const client = new Client({ connectionString: primary.databaseUrl() });
  await client.connect();
  try {
    const usable = await ensureSlot(client, slot);
    if (usable && existsSync(directory)) return;
    await rm(directory, { recursive: true, force: true });
    await copyRunning(client, primary.directory, directory, logFile);
  } finally {
    await client.end();
  }
}

/** False: the primary no longer has all that this replica needs, or never had it. */
async function ensureSlot(client: Client, slot: string): Promise<boolean> {
  const { rows } = await client.query<{ wal_status: string | null }>(
    'SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1', [slot],
  );
  const status = rows[0]?.wal_status;
  if (rows.length > 0 && status !== 'lost') return true;
  if (rows.length > 0) await client.query('SELECT pg_drop_replication_slot($1)', [slot]);
  await client.query('SELECT pg_create_physical_replication_slot($1, true)', [slot]);
  return false;
}

/** What pg_basebackup does, which the npm package lacks. */
async function copyRunning(client: Client, from: string, to: string, logFile: string): Promise<void> {
  const user = serviceUser();
  const part = `${to}.part`;
  await rm(part, { recursive: true, force: true });
  await makeDirectory(part, user);
  await client.query("SELECT pg_backup_start('replica', true)");
  await run('cp', ['-a', `${from}/.`, part], { logFile });
  const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  const label = rows[0]?.labelfile;
  if (label === undefined) throw new Error('the backup has no label');
  await removeServerState(part);
  await writePrivate(join(part, 'backup_label'), label, user);
  await writePrivate(join(part, 'standby.signal'), '', user);
  await rename(part, to);
}

async function removeServerState(directory: string): Promise<void> {
  for (const file of ['postmaster.pid', 'postmaster.opts']) await rm(join(directory, file), { force: true });
  for (const folder of ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans']) {
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      // pg_wal keeps its sub-folders, which the server expects.
      if (folder === 'pg_wal' && entry.isDirectory()) continue;
      await rm(join(directory, folder, entry.name), { recursive: true });
    }
  }
}

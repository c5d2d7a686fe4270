import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceUser } from './service-user.ts';

export const databaseUser = 'confab';

export type ServerSettings = {
  port: number;
  /**
   * False leaves out what only a power cut would miss (fsync, full page writes) and what makes a stolen password file hard to read.
   * Commits are as synchronous as ever: nothing that a killed process could show changes.
   */
  durable: boolean;
  primary?: { port: number; password: string; slot: string };
};

export async function makeDirectory(path: string, user: ServiceUser | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

export async function writeSettings(directory: string, settings: ServerSettings, user: ServiceUser | undefined): Promise<void> {
  await writePrivate(join(directory, 'postgresql.conf'), configuration(settings), user);
  await writePrivate(join(directory, 'pg_hba.conf'), access, user);
}

export async function writePrivate(path: string, text: string, user: ServiceUser | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/** PostgreSQL's own count costs both sides 4 ms a connection, of which tests make thousands. */
export const scramIterations = (durable: boolean): number => (durable ? 4096 : 1);

const access = `host all         all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

function configuration({ port, durable, primary }: ServerSettings): string {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // A socket's path may be at most 107 characters long, and a checkout lies anywhere.
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '96MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_parallel_workers_per_gather: 0,
    io_method: 'sync',
    wal_level: 'replica',
    max_wal_size: '512MB',
    max_wal_senders: 8,
    max_replication_slots: 8,
    // A replica that was switched off for days must not fill the disk; it is copied anew instead.
    max_slot_wal_keep_size: '2GB',
    hot_standby_feedback: 'on',
    synchronous_commit: 'on',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    autovacuum: durable ? 'on' : 'off',
    scram_iterations: scramIterations(durable),
    // Without it the first start of a copied directory syncs every file one by one.
    recovery_init_sync_method: 'syncfs',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    log_checkpoints: 'off',
  };
  if (primary !== undefined) {
    settings['primary_conninfo'] =
      `host=127.0.0.1 port=${primary.port} user=${databaseUser} password=${primary.password} application_name=${primary.slot}`;
    settings['primary_slot_name'] = primary.slot;
  }
  return Object.entries(settings).map(([name, value]) => `${name} = '${String(value)}'\n`).join('');
}

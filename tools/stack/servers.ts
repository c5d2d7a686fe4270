import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { asApplication, ensureApplicationLogin } from '../migrate/application-login.ts';
import { migrate } from '../migrate/migrate.ts';
import type { Ports } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { startReplica } from './replica.ts';
import { ensureDatabase } from './scratch.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';
import type { Supervisor } from './supervisor.ts';

export type Servers = {
  /** As the owner: for migrations, the job tables and tools. */
  databaseUrl: string;
  databaseReplicaUrls: readonly string[];
  /** As the processes see the same databases. */
  applicationDatabaseUrl: string;
  applicationDatabaseReplicaUrls: readonly string[];
  redisUrl: string;
};

type ServerPlan = { settings: StackSettings; secrets: Secrets; ports: Ports; supervisor: Supervisor; say: (line: string) => void };

/** PostgreSQL with its replica, and Redis: the user's own where he named one, else ours. */
export async function startServers(plan: ServerPlan): Promise<Servers> {
  // All must settle, or what comes up after another failed would be left running.
  const [databases, redis] = await Promise.allSettled([databasesOf(plan), redisOf(plan)]);
  if (databases.status === 'rejected') throw databases.reason;
  if (redis.status === 'rejected') throw redis.reason;
  return { ...databases.value, redisUrl: redis.value };
}

async function databasesOf({ settings, secrets, ports, supervisor, say }: ServerPlan): Promise<Omit<Servers, 'redisUrl'>> {
  const { databaseUrl, databaseDirectUrl, databaseReplicaUrls, mayMigrate } = settings;
  const migrateIfAllowed = async (url: string): Promise<void> => {
    if (mayMigrate) await migrate(url, 'up', { say: (line) => say(`migration ${line}`) });
  };
  if (databaseUrl !== undefined) {
    const ownerUrl = databaseDirectUrl ?? databaseUrl;
    await migrateIfAllowed(ownerUrl);
    if (mayMigrate) await ensureApplicationLogin(ownerUrl, databaseUrl);
    return { databaseUrl: ownerUrl, databaseReplicaUrls, applicationDatabaseUrl: databaseUrl, applicationDatabaseReplicaUrls: databaseReplicaUrls };
  }
  const place = (name: string) => ({ directory: join(settings.dataDirectory, 'postgres', name), logFile: logFile(settings, `postgres-${name}`) });
  if (!existsSync(place('primary').directory)) say('making the database');
  const primary = await startPostgres({ ...place('primary'), port: await ports.take(15_432), password: secrets.postgresPassword });
  supervisor.watch(primary);
  say(`postgres on port ${primary.port}`);
  const url = await ensureDatabase(primary, 'confab');
  const applicationUrl = asApplication(url, secrets.applicationPassword);
  const [migration, replication] = await Promise.allSettled([
    migrateIfAllowed(url).then(() => ensureApplicationLogin(url, applicationUrl)),
    ports.take(15_433).then((port) => startReplica({ ...place('replica'), port, primary })),
  ]);
  if (replication.status === 'rejected') throw replication.reason;
  const replica = replication.value;
  supervisor.watch(replica);
  if (migration.status === 'rejected') throw migration.reason;
  say(`replica on port ${replica.port}`);
  const replicaUrl = replica.databaseUrl('confab');
  return {
    databaseUrl: url,
    databaseReplicaUrls: [replicaUrl],
    applicationDatabaseUrl: applicationUrl,
    applicationDatabaseReplicaUrls: [asApplication(replicaUrl, secrets.applicationPassword)],
  };
}

async function redisOf({ settings, secrets, ports, supervisor, say }: ServerPlan): Promise<string> {
  if (settings.redisUrl !== undefined) return settings.redisUrl;
  const redis = await startRedis({
    directory: join(settings.dataDirectory, 'redis'),
    logFile: logFile(settings, 'redis'),
    port: await ports.take(16_379),
    password: secrets.redisPassword,
    say,
  });
  supervisor.watch(redis);
  say(`redis on port ${redis.port}`);
  return redis.url;
}

export function logFile({ dataDirectory }: StackSettings, name: string): string {
  return join(dataDirectory, 'logs', `${name}.log`);
}

/** The logs of the start before are kept, older ones not. */
export async function turnLogs(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rename(join(folder, name), join(folder, `${name}.1`));
}

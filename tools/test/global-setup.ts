import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { asApplication, ensureApplicationLogin } from '../migrate/application-login.ts';
import { migrate } from '../migrate/migrate.ts';
import { buildApps } from '../stack/app-build.ts';
import { createPorts } from '../stack/ports.ts';
import { startPgBouncer } from '../stack/pgbouncer.ts';
import type { Ports } from '../stack/ports.ts';
import { startPostgres, type Postgres } from '../stack/postgres.ts';
import { startRedisCluster } from '../stack/redis-cluster.ts';
import { startRedis } from '../stack/redis.ts';
import { startReplica } from '../stack/replica.ts';
import { ensureDatabase } from '../stack/scratch.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';

const template = 'confab_template';

/** One PostgreSQL with its replica and one Redis for the whole run, or a cluster of it; every test file clones the template. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await makeTemporaryFolder();
  const ports = createPorts();
  const building = buildApps((line) => console.log(line));
  const password = randomBytes(12).toString('base64url');
  const place = (name: string) => ({ directory: join(folder, name), logFile: join(folder, `${name}.log`) });
  const pool = async (name: string, server: Postgres) => {
    const url = asApplication(server.databaseUrl(), password);
    return startPgBouncer({ ...place(`pooler-${name}`), port: await ports.take(), serverPort: server.port, logins: { [new URL(url).username]: password }, poolSize: 10, probeUrl: url });
  };
  const starting = startRedisOf(process.env['TEST_REDIS'], folder, ports, password);
  const primary = await startPostgres({ ...place('primary'), port: await ports.take(), password, durable: false });
  await makeTemplate(await ensureDatabase(primary, template), primary.databaseUrl(), password);
  const replica = await startReplica({ ...place('replica'), primary, port: await ports.take(), durable: false });
  const redis = await starting;
  await building;
  // The suites of core and api run through a pooler, too: CONFAB_TEST_POOLER=1.
  const poolers = process.env['CONFAB_TEST_POOLER'] === '1' ? [await pool('primary', primary), await pool('replica', replica)] : [];
  const applicationUrlOf = (server: Postgres, index: number): string => {
    const url = asApplication(server.databaseUrl(), password);
    return poolers[index]?.through(url) ?? url;
  };
  process.env['CONFAB_TEST_DATABASE_URL'] = primary.databaseUrl();
  process.env['CONFAB_TEST_DATABASE_REPLICA_URL'] = replica.databaseUrl();
  process.env['CONFAB_TEST_APPLICATION_URL'] = applicationUrlOf(primary, 0);
  process.env['CONFAB_TEST_APPLICATION_REPLICA_URL'] = applicationUrlOf(replica, 1);
  process.env['CONFAB_TEST_REDIS_URL'] = redis.url;
  return async () => {
    await Promise.all([redis.stop(), replica.stop(), ...poolers.map((pooler) => pooler.stop())]);
    await primary.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function startRedisOf(kind: string | undefined, folder: string, ports: Ports, password: string): Promise<{ url: string; stop(): Promise<void> }> {
  const say = (line: string) => console.log(line);
  if (kind === 'cluster') return startRedisCluster({ directory: folder, ports, password, say });
  if (kind !== undefined && kind !== '') throw new Error(`TEST_REDIS is ${kind}: it may be cluster, or not be set`);
  return startRedis({ directory: join(folder, 'redis'), logFile: join(folder, 'redis.log'), port: await ports.take(), password, say });
}

async function makeTemplate(templateUrl: string, adminUrl: string, password: string): Promise<void> {
  await migrate(templateUrl, 'up');
  await ensureApplicationLogin(templateUrl, asApplication(templateUrl, password));
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  // A database that somebody is connected to cannot be cloned.
  await client.query(`ALTER DATABASE ${template} ALLOW_CONNECTIONS false`);
  await client.end();
}

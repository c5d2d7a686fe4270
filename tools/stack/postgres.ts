import { existsSync, readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startProcess } from './process.ts';
import type { RunningProcess } from './process.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { databaseUser, makeDirectory, scramIterations, writePrivate, writeSettings } from './postgres-files.ts';
import type { ServerSettings } from './postgres-files.ts';
import { run } from './run-command.ts';
import { serviceUser } from './service-user.ts';
import { startUnit } from './unit.ts';
import type { Unit } from './unit.ts';

export type Postgres = Unit & {
  readonly directory: string;
  readonly password: string;
  /** The address of a database of this server; without a name, of the one for administration. */
  databaseUrl(database?: string): string;
};

export type PostgresOptions = {
  directory: string;
  logFile: string;
  port: number;
  password: string;
  durable?: boolean;
};

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  await initialise(options);
  return startServer('postgres', options);
}

export async function startServer(
  name: string, options: PostgresOptions, primary?: ServerSettings['primary'],
): Promise<Postgres> {
  const { directory, logFile, port, password, durable = true } = options;
  const user = serviceUser();
  const native = await postgresBinaries(user);
  const databaseUrl = (database = 'postgres'): string => `postgres://${databaseUser}:${password}@127.0.0.1:${port}/${database}`;
  const launch = async (): Promise<RunningProcess> => {
    await untilAbandoned(directory);
    await writeSettings(directory, { port, durable, ...(primary === undefined ? {} : { primary }) }, user);
    return startProcess({
      name,
      command: join(native, 'bin/postgres'),
      args: ['-D', workingDirectory],
      cwd: directory,
      env: environment(),
      logFile,
      stopSignal: 'SIGINT',
      graceMs: 20_000,
      user,
    });
  };
  const unit = await startUnit({ name, port, url: `postgres://127.0.0.1:${port}`, logFile, launch, probe: () => answers(databaseUrl()), timeoutMs: 60_000 });
  return Object.assign(unit, { directory, password, databaseUrl });
}

/**
 * The data lies in the checkout, which may lie below a private home. We enter the folder before we give up our rights, and name it by
 * this, which no closed folder above can bar.
 */
export const workingDirectory = '/proc/self/cwd';

async function initialise({ directory, password, logFile, durable = true }: PostgresOptions): Promise<void> {
  if (existsSync(directory)) return;
  const user = serviceUser();
  const native = await postgresBinaries(user);
  const part = `${directory}.part`;
  const passwordFile = `${directory}.password`;
  await rm(part, { recursive: true, force: true });
  await makeDirectory(dirname(directory), user);
  await makeDirectory(part, user);
  await writePrivate(passwordFile, password, user);
  const passwordHandle = await open(passwordFile);
  try {
    await run(join(native, 'bin/initdb'), [
      `--pgdata=${workingDirectory}`, `--username=${databaseUser}`, '--pwfile=/proc/self/fd/3', '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync', '--no-instructions',
      '-c', `scram_iterations=${scramIterations(durable)}`,
    ], { cwd: part, env: environment(), user, logFile, extraFd: passwordHandle.fd });
  } finally {
    await passwordHandle.close();
    await rm(passwordFile, { force: true });
  }
  await rename(part, directory);
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' };
}

/** After our predecessor was killed its server still takes a moment to stop. */
async function untilAbandoned(directory: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (holderOf(directory) !== undefined) {
    if (Date.now() > deadline) throw new Error(`another PostgreSQL (process ${holderOf(directory)}) still uses ${directory}`);
    await sleep(50);
  }
}

function holderOf(directory: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(directory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    // The number may belong to somebody else by now.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects unless a statement is answered there. */
export async function answers(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

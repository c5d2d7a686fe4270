import { join } from 'node:path';
import { findPrograms } from './debian-programs.ts';
import { makeDirectory, writePrivate } from './postgres-files.ts';
import { startProcess } from './process.ts';
import { answers, workingDirectory } from './postgres.ts';
import { serviceUser } from './service-user.ts';
import { startUnit } from './unit.ts';
import type { Unit } from './unit.ts';

export type PgBouncer = Unit & {
  /** The same database with the same login, through the pooler; nothing is sent at the start that it refuses. */
  through(databaseUrl: string): string;
};

export type PgBouncerOptions = {
  directory: string;
  logFile: string;
  port: number;
  /** Where its connections go. */
  serverPort: number;
  logins: Readonly<Record<string, string>>;
  /** Connections to the server, for each database and login. */
  poolSize: number;
  /** Of a database for the probe at the start. */
  probeUrl: string;
};

/** In transaction mode: a connection of the server is lent for one transaction. */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  const { directory, logFile, port, logins, probeUrl } = options;
  const user = serviceUser();
  const { commands, env } = await findPrograms(['pgbouncer'], 'pgbouncer');
  await makeDirectory(directory, user);
  await writePrivate(join(directory, 'users.txt'), Object.entries(logins).map(([name, password]) => `"${name}" "${password}"\n`).join(''), user);
  await writePrivate(join(directory, 'pgbouncer.ini'), configuration(options), user);
  const launch = () => startProcess({ name: 'pgbouncer', command: commands.pgbouncer, args: ['pgbouncer.ini'], cwd: directory, env, logFile, stopSignal: 'SIGINT', graceMs: 10_000, user });
  const through = (databaseUrl: string): string => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) url.searchParams.set(name, '');
    return url.href;
  };
  const unit = await startUnit({ name: 'pgbouncer', port, logFile, launch, probe: () => answers(through(probeUrl)), timeoutMs: 30_000 });
  return Object.assign(unit, { through });
}

function configuration({ port, serverPort, poolSize }: PgBouncerOptions): string {
  return `[databases]
* = host=127.0.0.1 port=${serverPort}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${workingDirectory}/users.txt
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
query_wait_timeout = 2
server_connect_timeout = 2
server_login_retry = 1
`;
}

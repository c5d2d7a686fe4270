import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { ServiceUser } from './service-user.ts';
import { tailOf } from './process.ts';

type CommandOptions = { cwd?: string; env?: NodeJS.ProcessEnv; user?: ServiceUser | undefined; logFile: string; extraFd?: number };

/** Runs a command to its end; what it says goes to the log, and into the error when it fails. */
export async function run(command: string, args: readonly string[], options: CommandOptions): Promise<void> {
  const log = openSync(options.logFile, 'a', 0o600);
  const user = options.user === undefined ? [] : [`--reuid=${options.user.uid}`, `--regid=${options.user.gid}`, '--clear-groups'];
  const child = spawn('setpriv', [...user, '--pdeathsig=KILL', command, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log, log, ...(options.extraFd === undefined ? [] : [options.extraFd])],
  });
  closeSync(log);
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) throw new Error(`${command} failed (${code}):\n${tailOf(options.logFile)}`);
}

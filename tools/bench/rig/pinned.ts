import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout } from '../../stack/places.ts';

/** What is measured shares one core, and whoever makes the load has another: neither takes time from the other. */
export const cores = { servers: 0, load: availableParallelism() > 1 ? 1 : 0 } as const;
export type Core = keyof typeof cores;

/** A process with all its threads; what it starts from now on stays there too. */
export function pin(pid: number, core: Core): void {
  execFileSync('taskset', ['-a', '-p', '-c', String(cores[core]), String(pid)], { stdio: 'ignore' });
}

export interface Pinned {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

export interface PinnedOptions {
  readonly core: Core;
  /** Of the checkout, then arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where what it says goes: nobody spends time on reading it. */
  readonly logFile: string;
}

/** A process of node that the kernel ends with us. Settles when it has written a line of JSON whose `msg` is `ready`. */
export async function startPinned({ core, args, env, logFile }: PinnedOptions): Promise<Pinned> {
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn('taskset', ['-c', String(cores[core]), 'setpriv', '--pdeathsig=KILL', process.execPath, ...args], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', CONFAB_PARENT_PID: String(process.pid), ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  return { pid: child.pid ?? 0, ready: await readyLine(child, logFile), stop: () => stop(child, exited) };
}

async function readyLine(child: ChildProcess, logFile: string): Promise<Readonly<Record<string, unknown>>> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const line = readFileSync(logFile, 'utf8').split('\n').find((text) => /"msg":"ready"/.test(text));
    if (line !== undefined) return JSON.parse(line) as Record<string, unknown>;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`a process was not ready:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  child.kill('SIGTERM');
  await exited.finally(() => clearTimeout(timer));
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, createWriteStream, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type RunningProcess = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** STOP and CONT freeze and thaw it; KILL is what a fault test wants. No-op once it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Asks politely, and kills what has not ended after the grace. */
  stop(): Promise<void>;
};

export type ProcessOptions = {
  name: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Sent by stop(), and by the kernel when we die, however we die. */
  stopSignal: NodeJS.Signals;
  graceMs: number;
  user?: { uid: number; gid: number } | undefined;
  /** Written to standard input, for what must not be seen in a process list. */
  input?: string;
  onLine?: (line: string) => void;
};

/**
 * Starts a direct child in a session of its own (a Ctrl-C in the terminal reaches us alone, so that we decide the order) that the
 * kernel stops when we die. setpriv replaces itself by the command: the pid is the command's.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn('setpriv', [...privileges(options), options.command, ...options.args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', options.onLine === undefined ? log : 'pipe', log],
  });
  const exited = exitOf(child);
  try {
    await spawned(child);
  } finally {
    closeSync(log);
  }
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  if (options.onLine !== undefined) copyLines(child, options.logFile, options.onLine);
  return running(child, exited, options);
}

function running(child: ChildProcess, exited: Promise<Exit>, options: ProcessOptions): RunningProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} has no process id`);
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) child.kill(name);
  };
  return {
    pid,
    exited,
    signal,
    async stop() {
      signal(options.stopSignal);
      signal('SIGCONT');
      const timer = setTimeout(() => signal('SIGKILL'), options.graceMs);
      await exited.finally(() => clearTimeout(timer));
    },
  };
}

/** The kernel forgets the death signal when the user changes: setpriv sets it last. */
function privileges({ stopSignal, user }: ProcessOptions): string[] {
  const death = `--pdeathsig=${stopSignal.replace('SIG', '')}`;
  return user === undefined ? [death] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', death];
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(new Error('setpriv (of util-linux) could not be started; every stop of the stack rests on it', { cause: error }));
    });
  });
}

function copyLines(child: ChildProcess, logFile: string, onLine: (line: string) => void): void {
  if (child.stdout === null) return;
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  child.stdout.pipe(log);
  createInterface({ input: child.stdout }).on('line', onLine);
  finished(log).catch(() => undefined);
}

/** What a process said before it ended early, for the error message. */
export function tailOf(logFile: string, lines = 12): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

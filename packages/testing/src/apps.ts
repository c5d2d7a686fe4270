import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type AppName = 'api' | 'gateway' | 'worker';
export type LogLine = { readonly msg?: unknown; readonly level?: unknown; readonly [field: string]: unknown };
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export interface TestApp {
  readonly name: AppName;
  readonly pid: number;
  /** Of the worker: its ops port, it has no other. */
  readonly port: number;
  readonly opsPort: number;
  /** Since the first start. What is no JSON stands in `msg`. */
  readonly log: readonly LogLine[];
  /** SIGKILL unless said otherwise; settles when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Frozen by SIGSTOP, as a machine that hangs. */
  pause(): void;
  resume(): void;
  /** SIGTERM; throws unless it exits with 0 within 25 s. Nothing if it was killed before. */
  stop(): Promise<void>;
  /** Starts it again under the same environment and ports, after its end. */
  restart(): Promise<void>;
}

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
/** Spares each process a third of its start. */
const compileCache = `${checkout}node_modules/.cache/node-compile`;
/** Half a minute of a run of all tests. */
const cheapPasswords = { PASSWORD_MEMORY_KIB: '512', PASSWORD_PASSES: '1' };
const readyWithinMs = 55_000;
const stopWithinMs = 25_000;

/** Runs an app as its own process on ports that the system chooses unless `env` names them. Settles when it says that it is ready. */
export async function startApp(name: AppName, env: Readonly<Record<string, string>>, main = `apps/${name}/dist/main.js`): Promise<TestApp> {
  const log: LogLine[] = [];
  const prefix = name.toUpperCase();
  const ports = { [`${prefix}_OPS_PORT`]: '0', ...(name === 'worker' ? {} : { [`${prefix}_PORT`]: '0' }) };
  const environment = { ...ports, ...(name === 'api' ? cheapPasswords : {}), ...env };
  let running = await launch(name, main, environment, log);

  const kill = (signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> => {
    running.child.kill(signal);
    return running.exited;
  };
  return {
    name,
    log,
    get pid() {
      return running.child.pid ?? 0;
    },
    get port() {
      return running.port;
    },
    get opsPort() {
      return running.opsPort;
    },
    kill,
    pause: () => void running.child.kill('SIGSTOP'),
    resume: () => void running.child.kill('SIGCONT'),
    async stop() {
      if (running.child.exitCode !== null || running.child.signalCode !== null) return;
      const timer = setTimeout(() => running.child.kill('SIGKILL'), stopWithinMs);
      running.child.kill('SIGCONT');
      const exit = await kill('SIGTERM').finally(() => clearTimeout(timer));
      if (exit.code !== 0) throw new Error(`${name} did not stop cleanly (${JSON.stringify(exit)}):\n${tail(log)}`);
    },
    async restart() {
      await running.exited;
      running = await launch(name, main, environment, log);
    },
  };
}

type Running = { child: ChildProcess; exited: Promise<Exit>; port: number; opsPort: number };

async function launch(name: AppName, main: string, env: Readonly<Record<string, string>>, log: LogLine[]): Promise<Running> {
  // The kernel kills it when we die, even frozen. setpriv replaces itself: the child is the app.
  const child = spawn('setpriv', ['--pdeathsig=KILL', process.execPath, main], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_COMPILE_CACHE: compileCache, CONFAB_PARENT_PID: String(process.pid), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const ready = new Promise<LogLine>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${name} ${why}:\n${tail(log)}`));
    const timer = setTimeout(() => {
      fail(`was not ready within ${readyWithinMs} ms`);
      child.kill('SIGKILL');
    }, readyWithinMs);
    child.once('error', reject);
    void exited.then(({ code, signal }) => fail(`ended before it was ready (${code ?? signal})`)).finally(() => clearTimeout(timer));
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (text) => {
        const line = parse(text);
        log.push(line);
        if (line.msg !== 'ready') return;
        clearTimeout(timer);
        resolve(line);
      });
    }
  });
  const { port, opsPort } = await ready;
  return { child, exited, port: Number(port ?? opsPort), opsPort: Number(opsPort) };
}

function parse(text: string): LogLine {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === 'object' && line !== null) return line as LogLine;
  } catch {
    // Not of the logger.
  }
  return { msg: text };
}

const tail = (log: readonly LogLine[]): string =>
  log
    .slice(-20)
    .map((line) => `  ${Object.keys(line).length === 1 ? String(line.msg) : JSON.stringify(line)}`)
    .join('\n');

import { checkout } from './places.ts';
import { startProcess } from './process.ts';
import type { RunningProcess } from './process.ts';
import { startUnit } from './unit.ts';
import type { Unit } from './unit.ts';

/**
 * What node is told before the file's name. A gateway's young objects are frames, which live for a moment: left alone V8 gives them 64 MB and
 * more, which is as much as some thousands of idle sockets need, and nothing is quicker for it.
 */
export const nodeFlags: Readonly<Record<AppOptions['app'], readonly string[]>> = { api: [], gateway: ['--max-semi-space-size=16'], worker: [] };

export type AppOptions = {
  /** Unique in the stack: `gateway-1`. */
  name: string;
  app: 'api' | 'gateway' | 'worker';
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** Absent for a process that serves nobody. */
  port?: number;
  opsPort: number;
  url?: string;
  onLine?: (line: string) => void;
};

export async function startApp({ name, app, env, logFile, port, opsPort, url, onLine }: AppOptions): Promise<Unit> {
  let isReady = false;
  const launch = (): Promise<RunningProcess> => {
    isReady = false;
    return startProcess({
      name,
      command: process.execPath,
      args: [...nodeFlags[app], `apps/${app}/dist/main.js`],
      cwd: checkout,
      env: { ...env, CONFAB_PARENT_PID: String(process.pid) },
      logFile,
      stopSignal: 'SIGTERM',
      // The processes promise to end within 25 s.
      graceMs: 27_000,
      onLine(line) {
        isReady ||= messageOf(line) === 'ready';
        onLine?.(line);
      },
    });
  };
  const probe = async (): Promise<void> => {
    if (!isReady) throw new Error('it has not said that it is ready');
  };
  return startUnit({
    name,
    port: port ?? opsPort,
    ...(url === undefined ? {} : { url }),
    opsUrl: `http://127.0.0.1:${opsPort}`,
    logFile,
    launch,
    probe,
    timeoutMs: 60_000,
  });
}

function messageOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { msg?: unknown }).msg;
  } catch {
    return undefined;
  }
}

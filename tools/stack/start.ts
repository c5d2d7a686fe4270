import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildApps } from './app-build.ts';
import { seedDemo } from './demo.ts';
import { lockDataDirectory } from './lock.ts';
import { createPorts } from './ports.ts';
import { startProcesses } from './processes.ts';
import { loadSecrets, writePrivateJson } from './secrets.ts';
import { startServers, turnLogs, logFile } from './servers.ts';
import type { Servers } from './servers.ts';
import { readSettings } from './settings.ts';
import type { StackSettings } from './settings.ts';
import { createSupervisor } from './supervisor.ts';
import { summary } from './summary.ts';
import { buildWeb } from './web-build.ts';

const startedAt = Date.now();
const say = (line: string): void => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)}  ${line}`);

try {
  const settings = readSettings();
  mkdirSync(join(settings.dataDirectory, 'logs'), { recursive: true, mode: 0o700 });
  await runStack(settings, lockDataDirectory(settings.dataDirectory));
} catch (error) {
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    console.error(cause instanceof Error ? cause.message : cause);
  }
  process.exit(1);
}

async function runStack(settings: StackSettings, unlock: () => void): Promise<void> {
  const stackFile = join(settings.dataDirectory, 'stack.json');
  const supervisor = createSupervisor({ say, onRestart: () => writeStackFile() });
  let servers: Servers | undefined;
  const writeStackFile = (): void => {
    if (servers === undefined) return;
    const processes = supervisor.units.map(({ name, pid, port, url, opsUrl }) => ({ name, pid, port, url, opsUrl }));
    writePrivateJson(stackFile, { processes, ...servers });
  };
  const end = async (): Promise<void> => {
    rmSync(stackFile, { force: true });
    await supervisor.stop();
    unlock();
  };
  const isStopping = takeSignals(end, () => {
    supervisor.kill();
    unlock();
  });
  try {
    const logs = join(settings.dataDirectory, 'logs');
    await turnLogs(logs, readdirSync(logs).filter((name) => name.endsWith('.log')));
    const secrets = loadSecrets(settings.dataDirectory);
    const ports = createPorts(settings.host, settings.portChoice);
    const [started, built] = await Promise.allSettled([
      startServers({ settings, secrets, ports, supervisor, say }),
      Promise.all([buildWeb(logFile(settings, 'web-build'), say), buildApps(say)]),
    ]);
    if (started.status === 'rejected') throw started.reason;
    if (built.status === 'rejected') throw built.reason;
    const [webDirectory] = built.value;
    const processes = await startProcesses({ settings, secrets, servers: started.value, webDirectory, ports, say });
    for (const unit of processes.units) supervisor.watch(unit);
    servers = started.value;
    writeStackFile();
    const demo = await seedDemo({ settings, secrets, processes, say });
    console.log(summary({ settings, processes, demo }));
  } catch (error) {
    // What a stop has interrupted is no failure.
    if (isStopping()) return;
    await end();
    throw error;
  }
}

/** A terminal and npm may both send the same Ctrl-C; a second one that is meant as such comes later, and waits for nobody. */
function takeSignals(stop: () => Promise<void>, kill: () => void): () => boolean {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        say('stopping (again: at once)');
        void stop().then(() => process.exit(0));
      } else if (Date.now() - firstAt > 1000) {
        kill();
        process.exit(130);
      }
    });
  }
  return () => firstAt !== undefined;
}

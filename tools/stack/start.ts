import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seedDemo } from './demo.ts';
import { lockDataDirectory } from './lock.ts';
import { createPorts } from './ports.ts';
import { startProcesses } from './processes.ts';
import { loadSecrets, writePrivateJson } from './secrets.ts';
import { startServers, turnLogs, logFile } from './servers.ts';
import { readSettings } from './settings.ts';
import { createSupervisor } from './supervisor.ts';
import { summary } from './summary.ts';
import { buildWeb } from './web-build.ts';

const startedAt = Date.now();
const say = (line: string): void => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)}  ${line}`);

const settings = readSettings();
const logs = join(settings.dataDirectory, 'logs');
mkdirSync(logs, { recursive: true, mode: 0o700 });
const unlock = lockDataDirectory(settings.dataDirectory);
const stackFile = join(settings.dataDirectory, 'stack.json');
const supervisor = createSupervisor({ say, onRestart: () => writeStackFile() });
let isStopping = false;
let addresses: { databaseUrl: string; databaseReplicaUrls: readonly string[]; redisUrl: string } | undefined;

takeSignals();
try {
  await turnLogs(logs, readdirSync(logs).filter((name) => name.endsWith('.log')));
  const secrets = loadSecrets(settings.dataDirectory);
  const ports = createPorts(settings.host, settings.portChoice);
  const [started, built] = await Promise.allSettled([
    startServers({ settings, secrets, ports, supervisor, say }),
    buildWeb(logFile(settings, 'web-build'), say),
  ]);
  if (started.status === 'rejected') throw started.reason;
  if (built.status === 'rejected') throw built.reason;
  const servers = started.value;
  const processes = await startProcesses({ settings, secrets, servers, webDirectory: built.value, ports, say });
  for (const unit of processes.units) supervisor.watch(unit);
  addresses = servers;
  writeStackFile();
  const demo = await seedDemo({ settings, secrets, processes, say });
  console.log(summary({ settings, processes, demo }));
} catch (error) {
  // What a stop has interrupted is no failure.
  if (isStopping) await new Promise(() => undefined);
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof Error && error.cause !== undefined) console.error(error.cause);
  await end(1);
}

function writeStackFile(): void {
  if (addresses === undefined) return;
  const processes = supervisor.units.map(({ name, pid, port, url, opsUrl }) => ({ name, pid, port, url, opsUrl }));
  writePrivateJson(stackFile, { processes, ...addresses });
}

/** A terminal and npm may both send the same Ctrl-C; a second one that is meant as such comes later, and waits for nobody. */
function takeSignals(): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        say('stopping (again: at once)');
        void end(0);
      } else if (Date.now() - firstAt > 1000) {
        supervisor.kill();
        unlock();
        process.exit(130);
      }
    });
  }
}

async function end(code: number): Promise<never> {
  isStopping = true;
  rmSync(stackFile, { force: true });
  await supervisor.stop();
  unlock();
  process.exit(code);
}

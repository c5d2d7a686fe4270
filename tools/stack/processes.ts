import { join } from 'node:path';
import { startApp } from './app.ts';
import type { AppOptions } from './app.ts';
import type { Ports } from './ports.ts';
import { logFile } from './servers.ts';
import type { Servers } from './servers.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';
import type { Supervisor } from './supervisor.ts';

export type Processes = { publicUrl: string; gatewayUrls: readonly string[] };

type ProcessPlan = {
  settings: StackSettings;
  secrets: Secrets;
  servers: Servers;
  webDirectory: string;
  ports: Ports;
  supervisor: Supervisor;
  say: (line: string) => void;
};

const defaultGatewayPorts = [3001, 3002];

/** Worker, gateways and API, each on the port asked for, else on its usual one, else on a free one. */
export async function startProcesses(plan: ProcessPlan): Promise<Processes> {
  const { settings, ports, supervisor, say } = plan;
  const apiPort = settings.apiPort === undefined ? await ports.take(3000) : await ports.claim(settings.apiPort, 'API_PORT');
  const gatewayPorts: number[] = [];
  for (const port of settings.gatewayPorts ?? defaultGatewayPorts) {
    gatewayPorts.push(settings.gatewayPorts === undefined ? await ports.take(port) : await ports.claim(port, 'GATEWAY_PORTS'));
  }
  const publicUrl = settings.publicUrl ?? `http://localhost:${apiPort}`;
  const gatewayUrls = gatewayPorts.map((port, index) => settings.gatewayUrls?.[index] ?? `ws://127.0.0.1:${port}/gateway?v=1`);
  const common = commonEnvironment(plan, publicUrl, [...settings.allowedOrigins, `http://127.0.0.1:${apiPort}`]);

  const apps: Omit<AppOptions, 'logFile'>[] = [];
  const add = (app: AppOptions['app'], name: string, opsPort: number, env: NodeJS.ProcessEnv, address: { port?: number; url?: string } = {}): void => {
    apps.push({ app, name, opsPort, env: { ...common, ...env }, ...address, onLine: (line) => sayIfGrave(name, line, say) });
  };
  const apiOpsPort = await ports.take(3100);
  add('api', 'api', apiOpsPort, {
    API_PORT: String(apiPort), API_OPS_PORT: String(apiOpsPort), GATEWAY_URLS: gatewayUrls.join(','), WEB_DIR: plan.webDirectory,
  }, { port: apiPort, url: `http://127.0.0.1:${apiPort}` });
  for (const [index, port] of gatewayPorts.entries()) {
    const opsPort = await ports.take(3101 + index);
    const url = gatewayUrls[index] ?? '';
    add('gateway', `gateway-${index + 1}`, opsPort, { GATEWAY_PORT: String(port), GATEWAY_OPS_PORT: String(opsPort), GATEWAY_URL: url }, { port, url });
  }
  const workerOpsPort = await ports.take(3105);
  add('worker', 'worker', workerOpsPort, { WORKER_OPS_PORT: String(workerOpsPort) });

  const results = await Promise.allSettled(apps.map(async (options) => {
    const unit = await startApp({ ...options, logFile: logFile(settings, options.name) });
    supervisor.watch(unit);
    say(`${unit.name} on port ${unit.port}`);
  }));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { publicUrl, gatewayUrls };
}

function commonEnvironment({ settings, secrets, servers }: ProcessPlan, publicUrl: string, origins: readonly string[]): NodeJS.ProcessEnv {
  return {
    ...settings.passedOn,
    HOST: settings.host,
    DATABASE_URL: servers.databaseUrl,
    DATABASE_REPLICA_URLS: servers.databaseReplicaUrls.join(','),
    REDIS_URL: servers.redisUrl,
    CONFAB_SECRET: settings.secret ?? secrets.confabSecret,
    PUBLIC_URL: publicUrl,
    ALLOWED_ORIGINS: origins.join(','),
    // The ready line is read by us; the log is a file.
    LOG_PRETTY: 'false',
    // Later starts are quicker by a second or more.
    NODE_COMPILE_CACHE: join(settings.dataDirectory, 'compile-cache'),
  };
}

/** What somebody at the terminal should know at once; the rest stands in the log. */
function sayIfGrave(name: string, line: string, say: (line: string) => void): void {
  try {
    const { level, msg } = JSON.parse(line) as { level?: number | string; msg?: string };
    const isGrave = typeof level === 'number' ? level >= 50 : level === 'error' || level === 'fatal';
    if (isGrave) say(`${name}: ${msg ?? line}`);
  } catch {
    if (line.trim() !== '') say(`${name}: ${line}`);
  }
}

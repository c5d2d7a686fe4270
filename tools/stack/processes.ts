import { startApp } from './app.ts';
import type { AppOptions } from './app.ts';
import type { Ports } from './ports.ts';
import { logFile } from './servers.ts';
import type { Servers } from './servers.ts';
import type { Secrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';
import type { Unit } from './unit.ts';

export type Processes = { publicUrl: string; gatewayUrls: readonly string[]; units: readonly Unit[] };

type ProcessPlan = {
  settings: StackSettings;
  secrets: Secrets;
  servers: Servers;
  webDirectory: string;
  ports: Ports;
  say: (line: string) => void;
};
type Chosen = { api: number; gateways: readonly number[] };

const usualGatewayPorts = [3001, 3002];

/** Worker, gateways and API, each on the port asked for, else on its usual one, else on a free one. */
export async function startProcesses(plan: ProcessPlan): Promise<Processes> {
  const { settings, ports } = plan;
  const claimedApi = settings.apiPort === undefined ? undefined : await ports.claim(settings.apiPort, 'API_PORT');
  for (const port of settings.gatewayPorts ?? []) await ports.claim(port, 'GATEWAY_PORTS');
  for (let attempt = 1; ; attempt++) {
    const api = claimedApi ?? (await ports.take(3000));
    const gateways = [...(settings.gatewayPorts ?? [])];
    if (settings.gatewayPorts === undefined) for (const port of usualGatewayPorts) gateways.push(await ports.take(port));
    try {
      return await startOn({ api, gateways }, plan);
    } catch (error) {
      // Somebody was quicker between our look and the moment the process listened.
      if (attempt === 3 || !String(error).includes('EADDRINUSE')) throw error;
      plan.say('a port was taken meanwhile; choosing others');
    }
  }
}

async function startOn({ api, gateways }: Chosen, plan: ProcessPlan): Promise<Processes> {
  const { settings, ports, say } = plan;
  const publicUrl = settings.publicUrl ?? `http://localhost:${api}`;
  const gatewayUrls = gateways.map((port, index) => settings.gatewayUrls?.[index] ?? `ws://127.0.0.1:${port}/gateway?v=1`);
  const common = commonEnvironment(plan, publicUrl, [...settings.allowedOrigins, `http://127.0.0.1:${api}`]);
  const apps: AppOptions[] = [];
  const add = (app: AppOptions['app'], name: string, opsPort: number, env: NodeJS.ProcessEnv, address: { port?: number; url?: string } = {}): void => {
    apps.push({ app, name, opsPort, env: { ...common, ...env }, ...address, logFile: logFile(settings, name), onLine: (line) => sayIfGrave(name, line, say) });
  };
  const apiOpsPort = await ports.take(3100);
  add('api', 'api', apiOpsPort, {
    API_PORT: String(api), API_OPS_PORT: String(apiOpsPort), GATEWAY_URLS: gatewayUrls.join(','), WEB_DIR: plan.webDirectory,
  }, { port: api, url: `http://127.0.0.1:${api}` });
  for (const [index, port] of gateways.entries()) {
    const opsPort = await ports.take(3101 + index);
    const url = gatewayUrls[index] ?? '';
    add('gateway', `gateway-${index + 1}`, opsPort, { GATEWAY_PORT: String(port), GATEWAY_OPS_PORT: String(opsPort), GATEWAY_URL: url }, { port, url });
  }
  const workerOpsPort = await ports.take(3105);
  add('worker', 'worker', workerOpsPort, { WORKER_OPS_PORT: String(workerOpsPort), DATABASE_DIRECT_URL: plan.servers.databaseUrl });

  const results = await Promise.allSettled(apps.map(async (options) => {
    const unit = await startApp(options);
    say(`${unit.name} on port ${unit.port}`);
    return unit;
  }));
  const units = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return { publicUrl, gatewayUrls, units };
  await Promise.all(units.map((unit) => unit.stop()));
  throw failed.reason;
}

function commonEnvironment({ settings, secrets, servers }: ProcessPlan, publicUrl: string, origins: readonly string[]): NodeJS.ProcessEnv {
  return {
    ...settings.passedOn,
    HOST: settings.host,
    DATABASE_URL: servers.applicationDatabaseUrl,
    DATABASE_REPLICA_URLS: servers.applicationDatabaseReplicaUrls.join(','),
    REDIS_URL: servers.redisUrl,
    CONFAB_SECRET: settings.secret ?? secrets.confabSecret,
    PUBLIC_URL: publicUrl,
    ALLOWED_ORIGINS: origins.join(','),
    // No balancer stands before them.
    DRAIN_NOTICE_MS: '0',
    // The ready line is read by us; the log is a file.
    LOG_PRETTY: 'false',
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

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, dataDirectory } from './places.ts';

/** What the user may decide about `npm start`. Undefined: the stack chooses, or brings its own. */
export type StackSettings = {
  dataDirectory: string;
  host: string;
  apiPort: number | undefined;
  gatewayPorts: readonly number[] | undefined;
  publicUrl: string | undefined;
  allowedOrigins: readonly string[];
  gatewayUrls: readonly string[] | undefined;
  databaseUrl: string | undefined;
  databaseDirectUrl: string | undefined;
  databaseReplicaUrls: readonly string[];
  redisUrl: string | undefined;
  secret: string | undefined;
  portChoice: 'usual' | 'any';
  mayMigrate: boolean;
  /** Handed on to every process as it is. */
  passedOn: NodeJS.ProcessEnv;
};

/** These are about the stack as a whole, or are set for each process by itself. */
const ours = /^(npm_|CONFAB_|GATEWAY_PORTS?$|GATEWAY_URLS?$|API_PORT$|PUBLIC_URL$|ALLOWED_ORIGINS$|DATABASE_(REPLICA_|DIRECT_)?URLS?$|REDIS_URL$|.*_OPS_PORT$|WEB_DIR$|LOG_PRETTY$)/;

export function readSettings(): StackSettings {
  const file = join(checkout, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  const value = (name: string): string | undefined => process.env[name]?.trim() || undefined;
  const list = (name: string): string[] | undefined => value(name)?.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const port = (name: string, text: string): number => {
    if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535) throw new Error(`${name}: ${text} is not a port`);
    return Number(text);
  };
  const apiPort = value('API_PORT');
  return {
    dataDirectory: dataDirectory(),
    host: value('HOST') ?? '127.0.0.1',
    apiPort: apiPort === undefined ? undefined : port('API_PORT', apiPort),
    gatewayPorts: list('GATEWAY_PORTS')?.map((text) => port('GATEWAY_PORTS', text)),
    publicUrl: value('PUBLIC_URL'),
    allowedOrigins: list('ALLOWED_ORIGINS') ?? [],
    gatewayUrls: list('GATEWAY_URLS'),
    databaseUrl: value('DATABASE_URL'),
    databaseDirectUrl: value('DATABASE_DIRECT_URL'),
    databaseReplicaUrls: list('DATABASE_REPLICA_URLS') ?? [],
    redisUrl: value('REDIS_URL'),
    secret: value('CONFAB_SECRET'),
    portChoice: value('CONFAB_PORTS') === 'any' ? 'any' : 'usual',
    mayMigrate: process.env['NODE_ENV'] !== 'production',
    passedOn: Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
  };
}

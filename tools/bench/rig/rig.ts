import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonWebKey } from 'node:crypto';
import { newSigningJwk } from '@confab/core';
import { database, startOwnServers } from '../../faults/own-servers.ts';
import { buildApps } from '../../stack/app-build.ts';
import { nodeFlags } from '../../stack/app.ts';
import { makeTemporaryFolder } from '../../stack/temporary-folder.ts';
import { startLoad, type Load } from '../load/load.ts';
import { pin, startPinned, type Pinned } from './pinned.ts';

export type SigningJwk = JsonWebKey & { kid: string };

/** PostgreSQL, Redis, an API and a gateway on one core, and the process that makes the load on another. */
export interface Rig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly jwk: SigningJwk;
  readonly primaryPid: number;
  readonly redisPid: number;
  readonly load: Load;
  api(options?: AppOptions): Promise<App>;
  gateway(options?: AppOptions): Promise<App>;
  /** A file of `reference/`, told where the servers are. */
  reference(name: string): Promise<App>;
  stop(): Promise<void>;
}

export interface App extends Pinned {
  readonly port: number;
}

export interface AppOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Where a CPU profile is written: SIGUSR2 begins it, and ends it. */
  readonly profileTo?: string;
}

export async function startRig(): Promise<Rig> {
  await buildApps(() => undefined);
  const folder = await makeTemporaryFolder();
  const servers = await startOwnServers({ replicas: 0 }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true }), () => servers.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    for (const { pid } of [servers.primary, servers.redis]) pin(pid, 'servers');
    pin(process.pid, 'load');
    const jwk = await newSigningJwk();
    const keysFile = join(folder, 'keys.json');
    await writeFile(keysFile, JSON.stringify({ keys: [jwk] }));
    await chmod(keysFile, 0o600);
    const databaseUrl = servers.primary.databaseUrl(database);
    const secret = Buffer.alloc(32, 9).toString('base64url');
    const common = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: servers.redis.url,
      CONFAB_SECRET: secret,
      SIGNING_KEYS_FILE: keysFile,
      PUBLIC_URL: 'http://127.0.0.1:3000',
      TRUST_PROXY: '1',
      DRAIN_NOTICE_MS: '0',
      DRAIN_SPREAD_MS: '0',
      HOST: '127.0.0.1',
    };
    let started = 0;
    const start = async (args: readonly string[], env: Readonly<Record<string, string>>): Promise<App> => {
      const pinned = await startPinned({ core: 'servers', args, env: { ...common, ...env }, logFile: join(folder, `${(started += 1)}.log`) });
      stops.push(pinned.stop);
      return { ...pinned, port: Number(pinned.ready['port']) };
    };
    const app = (name: 'api' | 'gateway', env: Readonly<Record<string, string>>, { env: more = {}, profileTo }: AppOptions = {}): Promise<App> => {
      const profiler = profileTo === undefined ? [] : ['--import', join(import.meta.dirname, 'profiler.ts')];
      return start([...nodeFlags[name], ...profiler, `apps/${name}/dist/main.js`], { ...env, ...more, PROFILE_TO: profileTo ?? '' });
    };
    const load = await startLoad({ databaseUrl, redisUrl: servers.redis.url, jwk, secret });
    stops.push(load.stop);
    return {
      databaseUrl,
      redisUrl: servers.redis.url,
      jwk,
      primaryPid: servers.primary.pid,
      redisPid: servers.redis.pid,
      load,
      api: (options) => app('api', { API_PORT: '0', API_OPS_PORT: '0' }, options),
      // Who measures connects opens more in a second than anybody should let in, and makes them wait.
      gateway: (options) => app('gateway', { GATEWAY_PORT: '0', GATEWAY_OPS_PORT: '0', HANDSHAKES_PER_SECOND: '100000', IDENTIFY_TIMEOUT_MS: '60000' }, options),
      reference: (name) => start([`tools/bench/reference/${name}.ts`], {}),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirectory } from '../stack/places.ts';
import type { Places } from './system.ts';

type StackFile = {
  processes: { name: string; pid: number; port: number; opsUrl?: string }[];
  databaseUrl: string;
  databaseReplicaUrls: string[];
  redisUrl: string;
};

/** The stack of the data directory, or what was named: then PostgreSQL and Redis are those of the environment. */
export function findPlaces(opsUrls: readonly string[], env: NodeJS.ProcessEnv): Places {
  const value = (name: string): string | undefined => env[name]?.trim() || undefined;
  if (opsUrls.length > 0) {
    const databaseUrl = value('DATABASE_DIRECT_URL') ?? value('DATABASE_URL');
    const redisUrl = value('REDIS_URL');
    return {
      processes: opsUrls.map((url) => ({ name: new URL(url).host, opsUrl: new URL(url).origin })),
      replicaUrls: value('DATABASE_REPLICA_URLS')?.split(',').map((url) => url.trim()).filter(Boolean) ?? [],
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(redisUrl === undefined ? {} : { redisUrl }),
    };
  }
  const file = join(dataDirectory(env), 'stack.json');
  if (!existsSync(file)) throw new Error(`Nothing runs from ${dataDirectory(env)}: there is no stack.json. Start it (npm start), or name ops ports: confab status --ops http://host:3100,http://host:3101`);
  const { processes, databaseUrl, databaseReplicaUrls, redisUrl } = JSON.parse(readFileSync(file, 'utf8')) as StackFile;
  return {
    processes: processes.flatMap(({ name, pid, port, opsUrl }) => (opsUrl === undefined ? [] : [{ name, pid, port, opsUrl }])),
    databaseUrl,
    replicaUrls: databaseReplicaUrls,
    redisUrl,
  };
}

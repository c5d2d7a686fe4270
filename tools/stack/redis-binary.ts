import { join } from 'node:path';
import { libraryPath, unpackDebianPackages } from './debian-packages.ts';
import { isExecutable, onPath } from './on-path.ts';
import { cacheDirectory } from './service-user.ts';

export type RedisBinary = { command: string; env: NodeJS.ProcessEnv };

/** What the machine has, else Debian's package, unpacked once into the cache. */
export async function redisBinary(logFile: string, say: (line: string) => void): Promise<RedisBinary> {
  const path = process.env['PATH'] ?? '';
  const found = onPath('valkey-server', path) ?? onPath('redis-server', path);
  if (found !== undefined) return { command: found, env: { PATH: path } };
  const root = join(cacheDirectory(), `redis-debian-${process.arch}`);
  const command = join(root, 'usr/bin/redis-server');
  if (!isExecutable(command)) {
    say('no Redis on this machine: fetching the Debian package (nothing is installed)');
    await unpackDebianPackages(['redis-server'], root, logFile).catch((error: unknown) => {
      throw new Error('Redis is missing and could not be fetched. Install it (apt-get install redis-server), or set REDIS_URL.', { cause: error });
    });
  }
  return { command, env: { PATH: path, LD_LIBRARY_PATH: await libraryPath(root) } };
}

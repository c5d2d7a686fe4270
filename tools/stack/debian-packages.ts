import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run-command.ts';

/**
 * Unpacks Debian packages, and those of their dependencies that this machine lacks, into a folder: nothing is installed, so no root is
 * needed. apt checks the signatures as it always does.
 */
export async function unpackDebianPackages(packages: readonly string[], into: string, logFile: string): Promise<void> {
  const state = `${into}.apt`;
  const part = `${into}.part`;
  for (const folder of [join(state, 'lists/partial'), join(state, 'archives/partial'), part]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o755 });
  }
  const settings = [
    `Dir::State=${state}`, `Dir::State::Lists=${state}/lists`, 'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${state}`, `Dir::Cache::archives=${state}/archives`, 'Debug::NoLocking=1', 'APT::Sandbox::User=', 'Acquire::Retries=3',
  ].flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...settings, '-q', 'update'], { logFile });
  await run('apt-get', [...settings, '-q', '-y', '--no-install-recommends', '--download-only', 'install', ...packages], { logFile });
  const archives = join(state, 'archives');
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(archives, file), part], { logFile });
  }
  await rename(part, into);
  await rm(state, { recursive: true, force: true });
}

/** Where the libraries of an unpacked folder lie, for LD_LIBRARY_PATH. */
export async function libraryPath(root: string): Promise<string> {
  const found: string[] = [];
  for (const lib of [join(root, 'usr/lib'), join(root, 'lib')]) {
    const folders = existsSync(lib) ? await readdir(lib) : [];
    // libpulse looks for its other half at an absolute path.
    found.push(...folders.filter((name) => name.endsWith('-linux-gnu')).flatMap((name) => [join(lib, name), join(lib, name, 'pulseaudio')]));
  }
  return found.join(':');
}

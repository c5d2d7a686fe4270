import { join } from 'node:path';
import { libraryPath, unpackDebianPackages } from '../stack/debian-packages.ts';
import { isExecutable, onPath } from '../stack/on-path.ts';
import { cacheDirectory } from '../stack/service-user.ts';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { runCommand } from '../test/command.ts';

export type DebianCommand = { readonly command: string; readonly env: NodeJS.ProcessEnv };

/** A program of a Debian package of the same name: the machine's, else unpacked once into the cache. Nothing is installed. */
export async function findDebianCommand(name: string): Promise<DebianCommand> {
  const path = process.env['PATH'] ?? '';
  const found = onPath(name, path);
  if (found !== undefined) return { command: found, env: { PATH: path } };
  const root = join(cacheDirectory(), `${name}-debian-${process.arch}`);
  const command = join(root, 'usr/bin', name);
  if (!isExecutable(command)) await unpack(name, [name], root);
  return { command, env: { PATH: path, LD_LIBRARY_PATH: await libraryPath(root) } };
}

/** Debian's own Python, which its packages are made for, with these modules: those it has, and what it lacks from the cache. */
export async function findDebianPython(modules: Readonly<Record<string, string>>): Promise<DebianCommand> {
  const [name = ''] = Object.keys(modules);
  const command = '/usr/bin/python3';
  const can = async (env: NodeJS.ProcessEnv): Promise<boolean> => (await runCommand(command, ['-c', `import ${Object.keys(modules).join(', ')}`], { env })).code === 0;
  if (await can({})) return { command, env: {} };
  const root = join(cacheDirectory(), `${name}-debian-${process.arch}`);
  await unpack(name, Object.values(modules), root);
  const env = { LD_LIBRARY_PATH: await libraryPath(root), PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') };
  if (!(await can(env))) throw new Error(`${name} does not run. Have it installed: apt-get install ${Object.values(modules).join(' ')}`);
  return { command, env };
}

async function unpack(name: string, packages: readonly string[], root: string): Promise<void> {
  console.log(`no ${name} on this machine: unpacking Debian's ${packages.join(', ')} into the cache (nothing is installed)`);
  await unpackDebianPackages(packages, root, join(await makeTemporaryFolder(), 'apt.log')).catch((error: unknown) => {
    throw new Error(`${name} is missing and could not be fetched. Have it installed: apt-get install ${packages.join(' ')}`, { cause: error });
  });
}

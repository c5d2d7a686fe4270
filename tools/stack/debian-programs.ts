import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { libraryPath, unpackDebianPackages } from './debian-packages.ts';
import { isExecutable, onPath } from './on-path.ts';
import { cacheDirectory } from './service-user.ts';

export type Programs<Name extends string> = { readonly commands: Readonly<Record<Name, string>>; readonly env: NodeJS.ProcessEnv };

type Say = (line: string) => void;

/** The machine's programs of these names if it has them all, else those of Debian's package. */
export async function findPrograms<const Name extends string>(names: readonly Name[], debianPackage: string, say: Say = console.log): Promise<Programs<Name>> {
  const path = process.env['PATH'] ?? '';
  const found = commandsOf(names, (name) => onPath(name, `${path}:/usr/sbin`));
  if (found !== undefined) return { commands: found, env: { PATH: path } };
  const root = await unpackIntoCache(debianPackage, [debianPackage], say);
  const unpacked = commandsOf(names, (name) => ['usr/bin', 'usr/sbin'].map((folder) => join(root, folder, name)).find(isExecutable));
  if (unpacked === undefined) throw new Error(`Debian's ${debianPackage} does not have ${names.join(' and ')}`);
  return { commands: unpacked, env: { PATH: path, LD_LIBRARY_PATH: await libraryPath(root) } };
}

/** Once: the folder of the cache where these packages lie unpacked. Nothing is installed, so it is the same for root and anybody else. */
export async function unpackIntoCache(name: string, packages: readonly string[], say: Say = console.log): Promise<string> {
  const root = join(cacheDirectory(), `${name}-debian-${process.arch}`);
  if (existsSync(root)) return root;
  say(`${name} is not on this machine: unpacking Debian's ${packages.join(', ')} into the cache (nothing is installed)`);
  await unpackDebianPackages(packages, root, `${root}.log`).catch((error: unknown) => {
    throw new Error(`${name} is missing and could not be fetched. Have it installed: apt-get install ${packages.join(' ')}`, { cause: error });
  });
  return root;
}

function commandsOf<Name extends string>(names: readonly Name[], find: (name: Name) => string | undefined): Record<Name, string> | undefined {
  const found = names.map((name) => [name, find(name)] as const);
  return found.every(([, command]) => command !== undefined) ? (Object.fromEntries(found) as Record<Name, string>) : undefined;
}

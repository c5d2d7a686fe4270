import { join } from 'node:path';
import { libraryPath } from '../stack/debian-packages.ts';
import { unpackIntoCache } from '../stack/debian-programs.ts';
import { runCommand } from '../test/command.ts';

/** Debian's own Python, which its packages are made for. */
export const python = '/usr/bin/python3';
const packages = ['python3-locust', 'python3-websocket'];

/** What Python needs in its environment to have Locust: nothing where the machine has it, else the cache. */
export async function findLocust(): Promise<NodeJS.ProcessEnv> {
  if (await canImport({})) return {};
  const root = await unpackIntoCache('locust', packages);
  const env = { LD_LIBRARY_PATH: await libraryPath(root), PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') };
  if (!(await canImport(env))) throw new Error(`Locust does not run. Have it installed: apt-get install ${packages.join(' ')}`);
  return env;
}

async function canImport(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await runCommand(python, ['-c', 'import locust, websocket'], { env })).code === 0;
}

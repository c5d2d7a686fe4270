import { join } from 'node:path';
import { libraryPath, unpackDebianPackages } from '../stack/debian-packages.ts';
import { isExecutable, onPath } from '../stack/on-path.ts';
import { cacheDirectory } from '../stack/service-user.ts';

export type PrometheusBinaries = { prometheus: string; promtool: string; env: NodeJS.ProcessEnv };

/** What the machine has, else Debian's package, unpacked once into the cache: nothing is installed, so it is the same for root and anybody else. */
export async function prometheusBinaries(logFile: string, say: (line: string) => void): Promise<PrometheusBinaries> {
  const path = process.env['PATH'] ?? '';
  const [prometheus, promtool] = [onPath('prometheus', path), onPath('promtool', path)];
  if (prometheus !== undefined && promtool !== undefined) return { prometheus, promtool, env: { PATH: path } };
  const root = join(cacheDirectory(), `prometheus-debian-${process.arch}`);
  const unpacked = { prometheus: join(root, 'usr/bin/prometheus'), promtool: join(root, 'usr/bin/promtool') };
  if (!isExecutable(unpacked.promtool)) {
    say('no Prometheus on this machine: fetching the Debian package (nothing is installed)');
    await unpackDebianPackages(['prometheus'], root, logFile).catch((error: unknown) => {
      throw new Error('Prometheus is missing and could not be fetched. Have it installed: apt-get install prometheus', { cause: error });
    });
  }
  return { ...unpacked, env: { PATH: path, LD_LIBRARY_PATH: await libraryPath(root) } };
}

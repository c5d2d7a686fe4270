import { runCommand } from './command.ts';
import { onPath } from '../stack/on-path.ts';
import type { Tally } from './tally.ts';

const name = 'compose.yml is accepted by docker-compose';

/** docker-compose reads the file without a Docker engine. */
export async function checkCompose(tally: Tally): Promise<void> {
  const command = await findDockerCompose();
  if (command === undefined) {
    tally.skip(name, 'docker-compose is not installed (apt-get install docker-compose)');
    return;
  }
  const { code, output } = await runCommand(command, ['-f', 'compose.yml', '--profile', 'observability', 'config', '-q']);
  if (code === 0) tally.pass(name);
  else {
    console.log(output);
    tally.fail(name);
  }
}

async function findDockerCompose(): Promise<string | undefined> {
  const find = (): string | undefined => onPath('docker-compose', process.env['PATH'] ?? '');
  const found = find();
  if (found !== undefined || process.getuid?.() !== 0 || onPath('apt-get', process.env['PATH'] ?? '') === undefined) return found;
  console.log('installing docker-compose');
  await runCommand('apt-get', ['-q', 'update']);
  await runCommand('apt-get', ['-q', '-y', '--no-install-recommends', 'install', 'docker-compose'], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  return find();
}

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/places.ts';
import { runCommand } from './command.ts';
import type { Tally } from './tally.ts';

type Check = { name: string; command: string; args: readonly string[] };

const bin = (name: string): string => join(checkout, 'node_modules/.bin', name);
const toolsBin = (name: string): string => join(checkout, 'tools/node_modules/.bin', name);
const script = (path: string, ...args: string[]): Pick<Check, 'command' | 'args'> => ({ command: process.execPath, args: [path, ...args] });

/** What can be said without running the product. In this order: what is generated is what the rest is checked against. */
function checks(): Check[] {
  return [
    { name: 'generated code is current', ...script('tools/generate/generate.ts', '--check') },
    { name: 'contract: lint, and nothing broken since the last release', ...script('tools/contract/cli.ts', 'lint', 'breaking') },
    ...tsConfigs().map((config) => ({ name: `types of ${config}`, command: bin('tsc'), args: ['-p', config, '--incremental', '--tsBuildInfoFile', knownTypesOf(config)] })),
    { name: 'lint', command: bin('oxlint'), args: ['-c', '.oxlintrc.json'] },
    { name: 'import rules', command: toolsBin('depcruise'), args: ['--config', '.dependency-cruiser.cjs', '--cache', join(checkout, 'node_modules/.cache/imports'), '--cache-strategy', 'content', 'packages', 'apps', 'tools'] },
    { name: 'schema text and table types are current', ...script('tools/schema/cli.ts', '--check') },
  ];
}

/** What the compiler found the last time, of files that have not changed since: its errors too. */
const knownTypesOf = (config: string): string => join(checkout, 'node_modules/.cache/types', `${config.replaceAll('/', '-')}.tsbuildinfo`);

/** Patient: beside the tests, of which they shall hold up none. */
export async function runChecks(tally: Tally, { isPatient }: { isPatient: boolean }): Promise<void> {
  for (const { name, command, args } of checks()) {
    const startedAt = Date.now();
    const { code, output } = await runCommand(command, args, { isPatient });
    const title = `${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`;
    if (code === 0) tally.pass(title);
    else {
      console.log(output.trimEnd());
      tally.fail(title);
    }
  }
}

function tsConfigs(): string[] {
  const folders = ['packages', 'apps'].flatMap((parent) => readdirSync(join(checkout, parent)).map((name) => `${parent}/${name}`));
  return ['tsconfig.json', ...folders.map((folder) => `${folder}/tsconfig.json`)].filter((path) => existsSync(join(checkout, path)));
}

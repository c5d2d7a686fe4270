import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const packages = join(import.meta.dirname, '../../..');
const modules = join(packages, '../node_modules');

export interface Run {
  status: number | null;
  output: string;
}

/** A project of somebody else's, with the packages as they are published. Node 24's own `tsc` builds them. */
export function createConsumer() {
  const root = mkdtempSync(join(tmpdir(), 'confab-consumer-'));
  const run = (program: string, args: string[], cwd = root): Run => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  const tsc = (args: string[], cwd?: string) => run(process.execPath, [join(modules, 'typescript/bin/tsc'), ...args], cwd);

  /** What publishing does: the built files, and `publishConfig` in place of what it overrides. */
  function install(name: 'contract' | 'sdk'): void {
    const from = join(packages, name);
    const to = join(root, 'node_modules/@confab', name);
    const built = tsc(['-p', 'tsconfig.build.json', '--outDir', join(to, 'dist')], from);
    if (built.status !== 0) throw new Error(built.output);
    const { publishConfig, ...manifest } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { publishConfig: object };
    writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, ...publishConfig }));
    if (name === 'contract') cpSync(join(from, 'generated'), join(to, 'generated'), { recursive: true, filter: (file) => !file.endsWith('.ts') });
  }

  mkdirSync(join(root, 'node_modules/@types'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  install('contract');
  install('sdk');
  symlinkSync(dirname(createRequire(import.meta.url).resolve('ws/package.json')), join(root, 'node_modules/ws'));
  symlinkSync(join(modules, '@types/node'), join(root, 'node_modules/@types/node'));

  return {
    root,
    run,
    write: (file: string, text: string) => writeFileSync(join(root, file), text),
    check: (options: string[], file: string) => tsc(['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', ...options, file]),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

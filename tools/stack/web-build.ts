import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkout } from './places.ts';
import { run } from './run-command.ts';

const output = join(checkout, 'apps/web/dist');
const stampName = '.made-from';
/** All that the built client is made of. */
const sources = [
  'apps/web/index.html', 'apps/web/vite.config.ts', 'apps/web/package.json', 'apps/web/public', 'apps/web/src',
  'packages/sdk/package.json', 'packages/sdk/src', 'packages/sdk/generated', 'packages/contract/src', 'packages/contract/generated', 'pnpm-lock.yaml',
];

/** Builds the web client when its sources changed. Answers the folder to serve. */
export async function buildWeb(logFile: string, say: (line: string) => void): Promise<string> {
  const wanted = fingerprint();
  const stamp = join(output, stampName);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return output;
  say('building the web client');
  // Beside, then put in its place: somebody may be serving what is there.
  const part = join(checkout, 'apps/web/node_modules', `.build-${process.pid}`);
  const old = `${part}.old`;
  const vite = join(checkout, 'node_modules/vite/bin/vite.js');
  await run(process.execPath, [vite, 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', part], {
    cwd: join(checkout, 'apps/web'), env: { ...process.env, NODE_ENV: 'production' }, logFile,
  });
  writeFileSync(join(part, stampName), wanted);
  if (existsSync(output)) renameSync(output, old);
  renameSync(part, output);
  rmSync(old, { recursive: true, force: true });
  return output;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of sources.flatMap(filesOf)) hash.update(`${path}\0`).update(readFileSync(join(checkout, path)));
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  const absolute = join(checkout, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(checkout, join(entry.parentPath, entry.name)))
    .toSorted();
}

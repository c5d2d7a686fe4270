import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkout } from './places.ts';

export type Product = {
  /** The folder that is made. */
  output: string;
  /** All files and folders that it is made of, from the checkout. */
  sources: readonly string[];
  /** Puts the product into the folder that it is given. */
  make: (folder: string) => Promise<void>;
};

const stampName = '.made-from';

/** Makes the product anew when its sources changed. Answers where it is. */
export async function built({ output, sources, make }: Product): Promise<string> {
  const wanted = fingerprint(sources);
  const stamp = join(output, stampName);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return output;
  // Beside, then put in its place: somebody may be using what is there.
  const part = join(dirname(output), 'node_modules', `.build-${process.pid}`);
  const old = `${part}.old`;
  await make(part);
  writeFileSync(join(part, stampName), wanted);
  if (existsSync(output)) renameSync(output, old);
  renameSync(part, output);
  rmSync(old, { recursive: true, force: true });
  return output;
}

function fingerprint(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of sources.flatMap(filesOf)) hash.update(`${path}\0`).update(readFileSync(join(checkout, path)));
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  const absolute = join(checkout, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(checkout, join(entry.parentPath, entry.name)))
    .toSorted();
}

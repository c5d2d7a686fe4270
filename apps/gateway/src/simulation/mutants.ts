import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Code } from './node.ts';

/** A part of the gateway's source, and what stands there instead. */
export interface Mutant {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const source = fileURLToPath(new URL('..', import.meta.url));
const modules = ['access', 'delivery', 'feed', 'flusher', 'frames', 'hub'];

/** Runs the work with a broken copy of the gateway's source. */
export async function withMutant<T>({ file, from, to }: Mutant, work: (code: Code) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'confab-mutant-'));
  try {
    const copy = join(directory, 'src');
    await cp(source, copy, { recursive: true, filter: (path) => !path.includes(`${sep}simulation`) && !path.endsWith('.test.ts') });
    await symlink(join(source, '..', 'node_modules'), join(directory, 'node_modules'));
    await writeFile(join(directory, 'package.json'), '{"type":"module"}');
    const text = await readFile(join(copy, file), 'utf8');
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${from}`);
    await writeFile(join(copy, file), parts.join(to));
    const loaded: object[] = [];
    for (const name of modules) loaded.push((await import(/* @vite-ignore */ pathToFileURL(join(copy, `${name}.ts`)).href)) as object);
    return await work(Object.assign({}, ...loaded) as Code);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceMap } from 'node:module';

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number; readonly columnNumber: number } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Hot {
  readonly where: string;
  readonly share: number;
}

/** A folder for profiles, for as long as the work takes. */
export async function withProfiles<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'confab-profile-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the time on the processor went to, by function and by the package that it stands in; idle time is none. */
export async function summarise(folder: string): Promise<{ functions: Hot[]; packages: Hot[] }> {
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  const maps = new Map<string, SourceMap | undefined>();
  let total = 0;
  for (const file of await readdir(folder)) {
    const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
    const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
    for (const [index, id] of samples.entries()) {
      const frame = byId.get(id);
      if (frame === undefined || frame.functionName === '(idle)') continue;
      const spent = timeDeltas[index] ?? 0;
      total += spent;
      const source = await sourceOf(frame, maps);
      add(functions, `${frame.functionName || '(anonymous)'} ${source}`, spent);
      add(packages, packageOf(source), spent);
    }
  }
  return { functions: hottest(functions, total), packages: hottest(packages, total) };
}

function add(sums: Map<string, number>, key: string, spent: number): void {
  sums.set(key, (sums.get(key) ?? 0) + spent);
}

function hottest(sums: ReadonlyMap<string, number>, total: number): Hot[] {
  return [...sums].map(([where, spent]) => ({ where, share: spent / total })).toSorted((a, b) => b.share - a.share);
}

async function sourceOf({ url, lineNumber, columnNumber }: CpuProfile['nodes'][number]['callFrame'], maps: Map<string, SourceMap | undefined>): Promise<string> {
  const path = url.replace('file://', '');
  if (!path.startsWith('/')) return path;
  if (!maps.has(path)) maps.set(path, await readFile(`${path}.map`, 'utf8').then((text) => new SourceMap(JSON.parse(text) as never), () => undefined));
  const entry = maps.get(path)?.findEntry(lineNumber, columnNumber);
  return (entry !== undefined && 'originalSource' in entry ? entry.originalSource : undefined) ?? path;
}

/** The last package on the way to the file, or ours. */
function packageOf(source: string): string {
  const foreign = source.split('node_modules/').at(-1) ?? '';
  if (source.includes('node_modules/')) return foreign.split('/').slice(0, foreign.startsWith('@') ? 2 : 1).join('/');
  const own = /(packages|apps)\/(\w+)/.exec(source);
  return own === null ? source.split('/')[0] || '(node and V8)' : own[0];
}

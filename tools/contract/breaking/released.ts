import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { writeChecksums } from './checksums.ts';
import type { Contract, Waiver } from './compare.ts';
import { textOf } from './change.ts';
import type { Node } from './change.ts';

const readJson = (folder: string, name: keyof Contract): Node => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Node;

/** What a specification says today, its documents already bundled. */
export const readContract = (spec: string, bundles: string): Contract => ({
  openapi: readJson(bundles, 'openapi'),
  asyncapi: readJson(bundles, 'asyncapi'),
  errors: parse(readFileSync(join(spec, 'errors.yaml'), 'utf8')) as Node,
});

/** The newest of `released/<version>`. */
export function lastRelease(spec: string): { version: string; contract: Contract } {
  const released = join(spec, 'released');
  const [version] = readdirSync(released).toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (version === undefined) throw new Error(`${released} holds no release`);
  const folder = join(released, version);
  return { version, contract: { openapi: readJson(folder, 'openapi'), asyncapi: readJson(folder, 'asyncapi'), errors: readJson(folder, 'errors') } };
}

/** `released/<version>` is what clients were made from: once there, it does not change. */
export function release(spec: string, { openapi, asyncapi, errors }: Contract): string {
  const version = textOf((openapi['info'] as Node)['version']);
  const folder = join(spec, 'released', version);
  if (existsSync(folder)) throw new Error(`${version} is released already; raise the version in openapi.yaml and asyncapi.yaml`);
  mkdirSync(folder, { recursive: true });
  for (const [name, document] of Object.entries({ openapi, asyncapi, errors })) writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(document, null, 1)}\n`);
  writeChecksums(folder);
  return version;
}

export function readWaivers(spec: string): Waiver[] {
  const waivers = (parse(readFileSync(join(spec, 'waivers.yaml'), 'utf8')) ?? []) as Waiver[];
  const wrong = waivers.find((waiver) => ![waiver.kind, waiver.place, waiver.reason].every((part) => typeof part === 'string' && part.trim() !== ''));
  if (wrong !== undefined) throw new Error(`spec/waivers.yaml: each waiver needs kind, place and reason, unlike ${JSON.stringify(wrong)}`);
  return waivers;
}

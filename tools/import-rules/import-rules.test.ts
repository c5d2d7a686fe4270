import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import type { ICruiseOptions, ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { expect, test } from 'vitest';

type Rules = { forbidden: IForbiddenRuleType[]; options: ICruiseOptions & { enhancedResolveOptions: object } };

const rules = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as Rules;
const planted = join(import.meta.dirname, 'planted');
const checkout = join(import.meta.dirname, '../..');

async function examine(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const tsConfig = join(baseDir, 'tsconfig.json');
  const { output } = await cruise(
    folders,
    { ...rules.options, baseDir, ruleSet: { forbidden: rules.forbidden }, validate: true },
    { ...rules.options.enhancedResolveOptions, tsconfig: tsConfig },
    { tsConfig: extractTsConfig(tsConfig) },
  );
  if (typeof output === 'string') throw new Error(output);
  return output;
}

/** The first line of a planted file names the rules that it breaks, in their alphabet. */
function saysItBreaks(path: string): string {
  return /^\/\/ breaks: (.+)/.exec(readFileSync(join(planted, path), 'utf8'))?.[1] ?? `${path} does not say what it breaks`;
}

test('each planted file breaks the rules that it names, and no other', { timeout: 60_000 }, async () => {
  const { modules } = await examine(planted, ['packages', 'apps']);
  const ours = modules.filter(({ source }) => /^(packages|apps)\/.+\.tsx?$/.test(source) && !source.includes('nowhere'));
  const broken = ours.map(({ source, dependencies }) => {
    const names = dependencies.flatMap(({ rules: found = [] }) => found.map(({ name }) => name));
    // Packages of the registry do not exist in the planted tree.
    const counted = new Set(names.filter((name) => name !== 'imports-exist' || saysItBreaks(source) === 'imports-exist'));
    return [source, [...counted].toSorted().join(' ') || 'nothing'];
  });
  expect(Object.fromEntries(broken)).toEqual(Object.fromEntries(ours.map(({ source }) => [source, saysItBreaks(source)])));
  expect(ours.length).toBeGreaterThan(50);

  const named = new Set(ours.flatMap(({ source }) => saysItBreaks(source).split(' ')));
  const all = rules.forbidden.map(({ name }) => name);
  expect(all.filter((name) => name === undefined || !named.has(name))).toEqual([]);
});

test('the registry packages that the rules name are recognised where they really lie', { timeout: 60_000 }, async () => {
  const { modules } = await examine(checkout, ['packages/db/src', 'packages/redis/src', 'apps/api/src']);
  const resolved = modules.flatMap(({ dependencies }) => dependencies.map((dependency) => dependency.resolved));
  for (const name of ['kysely', 'redis', 'express']) {
    expect(resolved.filter((path) => new RegExp(`(^|/)node_modules/${name}/`).test(path)), name).not.toEqual([]);
  }
});

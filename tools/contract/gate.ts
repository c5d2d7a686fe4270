import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleDocuments } from '../generate/bundle.ts';
import { checkout } from '../stack/places.ts';
import { releasedFindings } from './breaking/checksums.ts';
import { compareContracts, judge } from './breaking/compare.ts';
import { lastRelease, readContract, readWaivers } from './breaking/released.ts';
import { lintBundle, lintSources } from './lint.ts';

export const generated = join(checkout, 'packages/contract/generated');
export const ownSpec = join(checkout, 'spec');

/** What stands against this contract: each finding a line, none when it may go out. */
export async function lintFindings(spec = ownSpec, bundles = generated): Promise<string[]> {
  return [...(await lintSources(spec)), ...(await lintBundle(join(bundles, 'openapi.json')))];
}

export function breakingFindings(spec = ownSpec, bundles = generated): string[] {
  const { version, contract } = lastRelease(spec);
  const { refused, needless } = judge(compareContracts(contract, readContract(spec, bundles)), readWaivers(spec));
  return [
    ...releasedFindings(spec),
    ...refused.map(({ kind, place, says }) => `breaks clients of ${version}: ${kind} at '${place}': ${says}`),
    ...needless.map(({ kind, place }) => `waives nothing: ${kind} at '${place}'`),
  ];
}

/** Bundles a specification that is not the committed one. Throws where it contradicts itself. */
export async function bundleInto(spec: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { openapi, asyncapi } = await bundleDocuments(spec, folder);
  for (const [name, document] of Object.entries({ openapi, asyncapi })) writeFileSync(join(folder, `${name}.json`), JSON.stringify(document));
}

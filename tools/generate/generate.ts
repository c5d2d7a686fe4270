import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { belowBase, bundleDocuments } from './bundle.ts';
import { renderCloseCodes, renderErrors, renderRateLimits } from './catalogues.ts';
import { renderFrames } from './frames.ts';
import { renderOperations } from './operations.ts';
import { renderRest } from './rest.ts';
import { renderSchema } from './schema.ts';

/**
 * Makes everything that is generated from spec/: `generate` writes it, `generate --check` fails where the committed
 * text differs from what the specification says now.
 */
const root = join(import.meta.dirname, '../..');
const folders = ['packages/contract/generated', 'packages/sdk/generated'];

async function render(): Promise<Map<string, string>> {
  const scratch = mkdtempSync(join(tmpdir(), 'confab-generate-'));
  try {
    const documents = await bundleDocuments(join(root, 'spec'), scratch);
    const api = belowBase(documents.openapi);
    const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
    return new Map([
      ['packages/contract/generated/openapi.json', json(documents.openapi)],
      ['packages/contract/generated/asyncapi.json', json(documents.asyncapi)],
      ['packages/contract/generated/schema.ts', await renderSchema({ ...documents, openapi: api })],
      ['packages/contract/generated/operations.ts', renderOperations(api)],
      ['packages/contract/generated/frames.ts', renderFrames(documents.asyncapi)],
      ['packages/contract/generated/errors.ts', renderErrors(documents.errors)],
      ['packages/contract/generated/close-codes.ts', renderCloseCodes(documents.closeCodes)],
      ['packages/contract/generated/rate-limits.ts', renderRateLimits(documents.rateLimits, api)],
      ['packages/sdk/generated/rest.ts', await renderRest(api, scratch)],
    ]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function committed(): Map<string, string> {
  const files = folders.flatMap((folder) => {
    mkdirSync(join(root, folder), { recursive: true });
    return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  });
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

const wanted = await render();
const present = committed();
const stale = [...new Set([...wanted.keys(), ...present.keys()])].filter((file) => wanted.get(file) !== present.get(file));

if (process.argv.includes('--check')) {
  for (const file of stale) console.error(`not current: ${file}`);
  if (stale.length > 0) {
    console.error('run `pnpm generate` and commit what it writes');
    process.exit(1);
  }
  console.log(`${wanted.size} generated files are current`);
} else {
  for (const file of stale) {
    const text = wanted.get(file);
    mkdirSync(dirname(join(root, file)), { recursive: true });
    if (text === undefined) rmSync(join(root, file));
    else writeFileSync(join(root, file), text);
    console.log(text === undefined ? `removed ${file}` : `wrote ${file}`);
  }
  const check = spawnSync(process.execPath, [import.meta.filename, '--check'], { stdio: 'inherit' });
  process.exit(check.status ?? 1);
}

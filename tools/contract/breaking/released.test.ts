import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTemporaryFolder } from '../../stack/temporary-folder.ts';
import { releasedFindings } from './checksums.ts';
import { lastRelease, release } from './released.ts';

let folder: string;
beforeAll(async () => void (folder = await makeTemporaryFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contract = { openapi: { info: { version: '1.0.0' } }, asyncapi: { asyncapi: '3.0.0' }, errors: { 'room.archived': { status: 409 } } };

function released(name: string): { spec: string; at: (file: string) => string } {
  const spec = join(folder, name);
  mkdirSync(join(spec, 'released'), { recursive: true });
  release(spec, contract);
  return { spec, at: (file) => join(spec, 'released/1.0.0', file) };
}

test('what was released is what is read, and is released once', () => {
  const { spec } = released('as-it-was');
  expect(lastRelease(spec)).toEqual({ version: '1.0.0', contract });
  expect(releasedFindings(spec)).toEqual([]);
  expect(() => release(spec, contract)).toThrow('1.0.0 is released already');
});

const edit = (file: string): void => writeFileSync(file, `${readFileSync(file, 'utf8')} `);

test.each([
  ['an edited document', 'openapi.json', edit, ['openapi.json']],
  ['an edited catalogue', 'errors.json', edit, ['errors.json']],
  ['a document that is gone', 'asyncapi.json', rmSync, ['asyncapi.json']],
  ['a file more', 'more.json', (file: string) => writeFileSync(file, '{}'), ['more.json']],
  ['no checksums', 'SHA256SUMS', rmSync, ['asyncapi.json', 'errors.json', 'openapi.json']],
])('refused: %s', (name, file, change, found) => {
  const { spec, at } = released(name.replaceAll(' ', '-'));
  change(at(file));
  expect(releasedFindings(spec)).toEqual(found.map((one) => `released/1.0.0/${one} is not what was released`));
});

import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestStack, type TestStack } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout } from '../../stack/places.ts';
import { runCommand } from '../../test/command.ts';
import { generated } from '../gate.ts';

/** Clients that others' generators make of the bundled document: they compile under `strict`, and hold a conversation. */
const generators: [name: string, command: string, args: (document: string, folder: string) => string[]][] = [
  ['openapi-fetch', 'openapi-typescript', (document, folder) => [document, '--output', join(folder, 'generated.ts')]],
  ['hey-api', 'openapi-ts', (document, folder) => ['--input', document, '--output', join(folder, 'generated'), '--client', '@hey-api/client-fetch', '--no-log-file', '--silent']],
  ['oazapfts', 'oazapfts', (document, folder) => [document, join(folder, 'generated.ts')]],
];

const compilerOptions = {
  target: 'es2024', module: 'nodenext', lib: ['es2024', 'dom', 'dom.iterable'], types: ['node'],
  strict: true, noEmitOnError: true, skipLibCheck: false, outDir: 'dist', rootDir: '.',
};

/** Where the clients' own dependencies are found. */
const workplace = join(checkout, 'tools/node_modules/.cache/foreign-clients');
let stack: TestStack;

beforeAll(async () => {
  rmSync(workplace, { recursive: true, force: true });
  mkdirSync(workplace, { recursive: true });
  stack = await startTestStack({ gateways: 0, env: { GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1' } });
});
afterAll(() => stack.stop());

async function make(name: string, document = join(generated, 'openapi.json')): Promise<{ code: number | null; output: string; folder: string }> {
  const [, command, args] = generators.find(([known]) => known === name) ?? expect.unreachable(name);
  const folder = join(workplace, `${name}-${randomBytes(3).toString('hex')}`);
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, 'conversations', `${name}.ts`), join(folder, 'conversation.ts'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  const made = await runCommand(join(checkout, 'tools/node_modules/.bin', command), args(document, folder));
  expect(made).toMatchObject({ code: 0 });
  return { ...(await runCommand(join(checkout, 'node_modules/.bin/tsc'), ['-p', folder])), folder };
}

test.each(generators.map(([name]) => name))('%s', async (name) => {
  const { code, output, folder } = await make(name);
  expect({ code, output }).toEqual({ code: 0, output: '' });
  const username = `foreign-${randomBytes(4).toString('hex')}`;
  const told = await runCommand(process.execPath, [join(folder, 'dist/conversation.js'), `${stack.baseUrl}/api/v1`, username]);
  expect(told).toEqual({ code: 0, output: 'the conversation is over\n' });
});

test.each(generators.map(([name]) => name))('%s does not compile where a field has another name', async (name) => {
  const document = join(workplace, `renamed-${name}.json`);
  writeFileSync(document, readFileSync(join(generated, 'openapi.json'), 'utf8').replaceAll('"html"', '"rendered"'));
  const { code, output } = await make(name, document);
  expect(output).toContain("Property 'html' does not exist");
  expect(code).not.toBe(0);
});

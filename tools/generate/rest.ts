import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'orval';
import type { OpenApi } from './bundle.ts';
import { header } from './text.ts';

/** The SDK's REST half: one function an operation, all through the SDK's own transport. */
export async function renderRest(openapi: OpenApi, scratch: string): Promise<string> {
  const input = join(scratch, 'rest.json');
  const target = join(scratch, 'rest.ts');
  const mutator = join(scratch, 'transport.ts');
  writeFileSync(input, JSON.stringify(openapi));
  writeFileSync(mutator, 'export const transport = <T>(url: string, options?: RequestInit): Promise<T> => { throw new Error(url + String(options)); };\n');
  await generate({
    input: { target: input },
    output: {
      target,
      mode: 'single',
      client: 'fetch',
      headers: true,
      urlEncodeParameters: true,
      override: { mutator: { path: mutator, name: 'transport' }, fetch: { includeHttpResponseReturnType: false } },
    },
  });
  const text = readFileSync(target, 'utf8').replace(/from '\.\/transport\.ts'/, "from '../src/transport.ts'");
  return header + text.replace(/^\/\*\*[\s\S]*?\*\/\n/, '\n');
}

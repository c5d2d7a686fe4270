import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'orval';
import type { OpenApi } from './bundle.ts';
import { header } from './text.ts';

const banner = /^\/\*\*[\s\S]*?\*\/\n/;
const mutatorImport = /import \{ transport \} from '\.\/transport\.ts';/;
const transportImport = "import { getHeaders, transport } from '../src/transport.ts';";
/** orval repeats this helper in every operation, with a type that the DOM's `fetch` does not take. */
const ownHeaders = / *const getHeaders = [\s\S]*?\n {2}\};\n/g;

/** The SDK's REST half: one function an operation, all through the SDK's own transport. */
export async function renderRest(openapi: OpenApi, scratch: string): Promise<string> {
  const input = join(scratch, 'rest.json');
  const target = join(scratch, 'rest.ts');
  const mutator = join(scratch, 'transport.ts');
  writeFileSync(input, JSON.stringify(withoutOwnHeaders(openapi)));
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
  return header + readFileSync(target, 'utf8').replace(banner, '\n').replace(ownHeaders, '').replace(mutatorImport, transportImport);
}

/** Headers that the SDK sends by itself are no parameters of its operations. */
function withoutOwnHeaders(openapi: OpenApi): OpenApi {
  const copy = structuredClone(openapi);
  const { parameters = {} } = copy.components;
  const isOwn = ({ $ref = '' }: { $ref?: string }) => parameters[$ref.replace('#/components/parameters/', '')]?.['x-sent-by-sdk'] === true;
  for (const operation of Object.values(copy.paths).flatMap((item) => Object.values(item))) {
    if (operation.parameters !== undefined) operation.parameters = operation.parameters.filter((parameter) => !isOwn(parameter));
  }
  return copy;
}

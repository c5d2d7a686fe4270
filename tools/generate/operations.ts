import type { OpenApi } from './bundle.ts';
import { header, quote } from './text.ts';

/** operationId -> method and path template. */
export function renderOperations(openapi: OpenApi): string {
  const methods = new Set(['get', 'put', 'post', 'patch', 'delete']);
  const rows = Object.entries(openapi.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.has(method))
      .map(([method, operation]) => `  ${operation.operationId}: { method: ${quote(method)}, path: ${quote(path)} },`),
  );
  return [
    header,
    "import type { operations } from './schema.ts';",
    '',
    '/** Where each operation is mounted, below the base path. */',
    `export const operationRoutes = {\n${rows.join('\n')}\n} as const satisfies Record<keyof operations, { method: string; path: string }>;`,
    '',
    'export type OperationId = keyof operations;',
    '',
  ].join('\n');
}

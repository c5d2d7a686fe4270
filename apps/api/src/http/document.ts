import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import type { OperationId } from '@confab/contract';

/** What the HTTP layer needs to know of an operation before the validator sees the request. */
export type OperationSpec = {
  readonly operationId: OperationId;
  readonly method: Method;
  /** As it stands in the document: `/rooms/{roomId}`. Logs, metrics and limits use it, never the path that came in. */
  readonly template: string;
  readonly isPublic: boolean;
  /** Takes the refresh cookie instead of what would stand in the body. */
  readonly takesCookie: boolean;
  readonly takesBody: boolean;
  readonly successStatuses: readonly number[];
  readonly integerParameters: readonly { readonly in: 'path' | 'query'; readonly name: string }[];
};

export const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;
export type Method = (typeof methods)[number];

type Schema = { $ref?: string; type?: string | string[] };
type Parameter = { $ref?: string; name: string; in: string; schema: Schema };
type Operation = { operationId: string; security?: object[]; parameters?: Parameter[]; requestBody?: { required?: boolean }; responses: object };
/** With servers of its own it is served beside the API. */
type PathItem = { parameters?: Parameter[]; servers?: object[] } & { [M in Method]?: Operation };
type Document = { servers: { url: string }[]; security: object[]; paths: Record<string, PathItem> };

const document = openapi as unknown as Document;

export const basePath = document.servers[0]?.url ?? '';

/** The validator changes the document it is given. */
export function copyOfDocument(): object {
  return structuredClone(openapi);
}

/** Templates whose fixed parts go before another's parameters come first: `/users/me` before `/users/{userId}`. */
export function readOperations(): OperationSpec[] {
  const templates = Object.keys(document.paths).toSorted((a, b) => (a.replaceAll('{', '~') < b.replaceAll('{', '~') ? -1 : 1));
  return templates.flatMap((template) => {
    const item = document.paths[template] ?? {};
    if (item.servers !== undefined) return [];
    return methods.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [readOperation(template, method, operation, item.parameters ?? [])];
    });
  });
}

function readOperation(template: string, method: Method, operation: Operation, shared: Parameter[]): OperationSpec {
  return {
    operationId: operation.operationId as OperationId,
    method,
    template,
    ...readSecurity(operation),
    takesBody: operation.requestBody !== undefined,
    successStatuses: Object.keys(operation.responses)
      .map(Number)
      .filter((status) => status < 300),
    integerParameters: [...shared, ...(operation.parameters ?? [])].map((parameter) => resolve(parameter)).flatMap(integerParameter),
  };
}

/** A requirement that nobody implements must not pass for one that is met. */
function readSecurity(operation: Operation): Pick<OperationSpec, 'isPublic' | 'takesCookie'> {
  const requirements = JSON.stringify(operation.security ?? document.security);
  if (requirements === '[]') return { isPublic: true, takesCookie: false };
  if (requirements === '[{},{"refreshCookie":[]}]') return { isPublic: true, takesCookie: true };
  if (requirements === '[{"bearerAuth":[]}]') return { isPublic: false, takesCookie: false };
  throw new Error(`${operation.operationId}: the security requirement ${requirements} is not implemented`);
}

function integerParameter(parameter: Parameter): OperationSpec['integerParameters'][number][] {
  const { type } = resolve(parameter.schema);
  if (type === 'string' || type === 'boolean') return [];
  if (type === 'integer' && (parameter.in === 'path' || parameter.in === 'query')) return [{ in: parameter.in, name: parameter.name }];
  throw new Error(`the parameter ${parameter.name} is of a kind (${String(type)} in ${parameter.in}) whose notation nobody checks`);
}

function resolve<T extends { $ref?: string }>(value: T): T {
  if (value.$ref === undefined) return value;
  let found: unknown = document;
  for (const key of value.$ref.split('/').slice(1)) found = (found as Record<string, unknown>)[key];
  return resolve(found as T);
}

import { operationRoutes } from '@confab/contract';
import type { OperationId } from '@confab/contract';
import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import { checkProblem, problemType } from './problem.ts';
import { schemasOf } from './schemas.ts';
import type { Check } from './schemas.ts';
import { ContractViolation } from './violation.ts';
import type { Report } from './violation.ts';

type Reference = { $ref: string };
type Header = { required?: boolean };
type Answer = { headers?: Record<string, Header | Reference>; content?: Record<string, unknown> };
type Operation = { operationId: OperationId; responses: Record<string, Answer | Reference> };
type Found = { place: string; pointer: string; operation: Operation };

const base = '/api/v1';

/**
 * Checks every answer under the base path against the bundled document: declared status, content type, headers, and the body by
 * its schema with objects closed. A path or method that is not in the spec may only be answered by a problem of 400, 404 or 405.
 */
export function validatingFetch(fetch: typeof globalThis.fetch, report?: Report): typeof globalThis.fetch {
  const check = createResponseCheck(openapi);
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    const path = new URL(request.url).pathname;
    if (!path.startsWith(`${base}/`) && besideBase(openapi, path) === undefined) return response;
    const body = await response.clone().text();
    try {
      check({ method: request.method, path, response, body });
    } catch (error) {
      if (error instanceof ContractViolation) report?.(error);
      throw error;
    }
    return response;
  };
}

type Exchange = { method: string; path: string; response: Response; body: string };

export function createResponseCheck(document: object): (exchange: Exchange) => void {
  const schemas = schemasOf(document);
  const resolve = <T>(pointer: string): { pointer: string; value: T } => {
    const value = at(document, pointer);
    return isReference(value) ? resolve(value.$ref.slice(1)) : { pointer, value: value as T };
  };

  return ({ method, path, response, body }) => {
    const found = find(document, method, path);
    const place = found?.place ?? `${method} ${path} (not in the spec)`;
    const violated = (problem: string, shown?: unknown): never => {
      throw new ContractViolation(`${place} → ${response.status}`, problem, shown);
    };
    if (response.headers.get('x-request-id') === null) violated('has no X-Request-Id');
    // An answer to HEAD is its headers; that the method is refused is for GET's tests.
    if (method === 'HEAD') return;
    const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
    if (response.status >= 400) {
      if (mediaType !== problemType && !declares(found, response.status, mediaType)) violated(`is ${mediaType || 'of no type'}, not ${problemType}`, body);
      const problem = mediaType === problemType ? checkProblem(parse(body, violated), response, schemas.check('/components/schemas/Problem')) : undefined;
      if (problem !== undefined) violated(problem, body);
    }
    if (found === undefined) {
      if (![400, 404, 405].includes(response.status)) violated('is no way to refuse what is not in the spec', body);
      return;
    }
    if (found.operation.responses[response.status] === undefined) violated('is a status that the operation does not declare', body);
    const { pointer, value: answer } = resolve<Answer>(`${found.pointer}/responses/${response.status}`);
    checkHeaders(answer, (name) => resolve<Header>(`${pointer}/headers/${escape(name)}`), response, schemas.check, violated);
    if (answer.content === undefined) {
      if (body !== '') violated('has a body, though none is declared', body);
      return;
    }
    if (!(mediaType in answer.content)) violated(`is ${mediaType || 'of no type'}, not ${Object.keys(answer.content).join(' or ')}`, body);
    const value = parse(body, violated);
    const problem = schemas.check(`${pointer}/content/${escape(mediaType)}/schema`)(value);
    if (problem !== undefined) violated(problem, value);
  };
}

type Violated = (problem: string, shown?: unknown) => never;

function checkHeaders(answer: Answer, header: (name: string) => { pointer: string; value: Header }, response: Response, check: (pointer: string) => Check, violated: Violated): void {
  for (const name of Object.keys(answer.headers ?? {})) {
    const { pointer, value } = header(name);
    const sent = response.headers.get(name);
    if (sent === null && value.required === true) violated(`lacks the header ${name}`);
    if (sent === null) continue;
    const checkValue = check(`${pointer}/schema`);
    // A header is text: a number in it is as good as one.
    const problem = checkValue(sent) && (/^-?\d+$/.test(sent) ? checkValue(Number(sent)) : checkValue(sent));
    if (problem !== undefined) violated(`its header ${name}: ${problem}`, sent);
  }
}

/** What is served outside the base path has servers of its own. */
function besideBase(document: object, path: string): { get?: Operation } | undefined {
  const item = (document as { paths?: Record<string, { servers?: object[]; get?: Operation }> }).paths?.[path];
  return item?.servers === undefined ? undefined : item;
}

/** An operation may answer something of its own instead of a problem. */
function declares(found: Found | undefined, status: number, mediaType: string): boolean {
  const answer = found?.operation.responses[status];
  return answer !== undefined && !isReference(answer) && mediaType in (answer.content ?? {});
}

function find(document: object, method: string, path: string): Found | undefined {
  const own = method === 'GET' ? besideBase(document, path)?.get : undefined;
  if (own !== undefined) return { place: `${own.operationId} (${method} ${path})`, pointer: `/paths/${escape(path)}/get`, operation: own };
  for (const [operationId, route] of Object.entries(operationRoutes)) {
    if (route.method !== method.toLowerCase() || !matches(base + route.path, path)) continue;
    const pointer = `/paths/${escape(route.path)}/${route.method}`;
    return { place: `${operationId} (${method} ${path})`, pointer, operation: at(document, pointer) as Operation };
  }
  return undefined;
}

const matches = (template: string, path: string): boolean => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);

function at(document: object, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
}

const escape = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

const isReference = (value: unknown): value is Reference => typeof value === 'object' && value !== null && '$ref' in value;

function parse(body: string, violated: Violated): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return violated('is not JSON', body);
  }
}

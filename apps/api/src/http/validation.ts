import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';
import { middleware } from 'express-openapi-validator';
import { basePath, copyOfDocument, type OperationSpec } from './document.ts';
import { exchangeOf } from './exchange.ts';

type Validator = { check: RequestHandler[]; warmUp(app: Application, operations: readonly OperationSpec[]): Promise<void> };
type Parameter = { in?: string; allowReserved?: boolean };
type ValidatorDocument = {
  paths: Record<string, Record<string, { parameters?: Parameter[]; responses?: object }>>;
  components: { parameters: Record<string, Parameter>; responses?: object; headers?: object };
};

/**
 * Path, query and body against the document; defaults and numbers are filled in. Who the caller is, which media type and
 * which paths there are has been settled before. Responses are checked by the tests, which see error answers too.
 */
export function createValidator(): Validator {
  const check = middleware({
    apiSpec: validatorDocument(),
    // `generate` has linted it; here it would cost half of the start.
    validateApiSpec: false,
    // Only the first error: a pattern must not run over a text that is longer than allowed.
    validateRequests: { allowUnknownQueryParameters: false, allErrors: false },
    validateResponses: false,
    validateSecurity: false,
    fileUploader: false,
  }) as unknown as RequestHandler[];
  return { check: [remembering(check)], warmUp: (app, operations) => warmUp(check, app, operations) };
}

/** What the validator puts on a request once it knows which operation it is. */
type Matched = { openapi?: { pathParams: Record<string, string> } };

/**
 * For each request the validator goes through all paths of the document and makes their expressions anew, to find the operation that we
 * have found already. So it does that for the first request of each; the last step, which checks, is for all.
 */
function remembering(steps: readonly RequestHandler[]): RequestHandler {
  const found = new Map<string, NonNullable<Matched['openapi']>>();
  const last = steps.at(-1) as RequestHandler;
  return (request, response, next) => {
    const operationId = exchangeOf(response).operation?.operationId ?? '';
    const matched = request as Matched;
    const known = found.get(operationId);
    if (known !== undefined) {
      matched.openapi = { ...known, pathParams: { ...request.params } as Record<string, string> };
      return void last(request, response, next);
    }
    const go = (index: number): void => {
      const step = steps[index];
      if (step === undefined) {
        if (matched.openapi !== undefined) found.set(operationId, matched.openapi);
        return next();
      }
      run(step, request, (error?: unknown) => (error === undefined ? go(index + 1) : next(error)), response);
    };
    go(0);
  };
}

/**
 * `encodeURIComponent` leaves `!'()*` as they are, `URLSearchParams` `*`; the validator would refuse them. It also walks
 * the whole document for each operation, so what only answers need is left out: it is a fifth of the time that a start takes.
 */
function validatorDocument(): never {
  const document = copyOfDocument() as ValidatorDocument;
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  for (const operation of operations) operation.responses = {};
  delete document.components.responses;
  delete document.components.headers;
  for (const parameter of [...operations.flatMap((operation) => operation.parameters ?? []), ...Object.values(document.components.parameters)]) {
    if (parameter.in === 'query') parameter.allowReserved = true;
  }
  return document as never;
}

/** The first request to an operation compiles its schemas, which takes longer than all else. So we send it ourselves. */
async function warmUp(check: readonly RequestHandler[], app: Application, operations: readonly OperationSpec[]): Promise<void> {
  for (const operation of operations) {
    const path = basePath + operation.template.replaceAll(/\{\w+\}/g, '0');
    const headers = operation.takesBody ? { 'content-type': 'application/json' } : {};
    const request = {
      app,
      method: operation.method.toUpperCase(),
      path,
      url: path,
      originalUrl: path,
      baseUrl: '',
      headers,
      query: {},
      params: {},
      body: {},
    };
    for (const step of check) {
      const isRefused = await new Promise<boolean>((resolve) =>
        run(step, request as unknown as Request, (error?: unknown) => resolve(error !== undefined)),
      );
      if (isRefused) break;
    }
  }
}

function run(step: RequestHandler, request: Request, next: NextFunction, response = {} as Response): void {
  try {
    void step(request, response, next);
  } catch (error) {
    next(error);
  }
}

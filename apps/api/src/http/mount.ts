import type { Positions } from '@confab/core';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Context, Operations } from '../operations.ts';
import type { OperationSpec } from './document.ts';
import { exchangeOf } from './exchange.ts';
import { answerPosition } from './freshness.ts';
import { answerJson } from './json.ts';
import { allow, answerOptions, refuseMethod } from './methods.ts';
import { refreshCookie } from './refresh-cookie.ts';

type AnyInput = { path: unknown; query: unknown; body: unknown };
type AnyHandler = (input: AnyInput, context: Context) => Promise<unknown>;
type AnyReply = { status: number; body: unknown; headers?: Record<string, string> };

/** One route for each path of the document, one method for each of its operations; every other method is refused. */
export function mountOperations(specs: readonly OperationSpec[], operations: Operations, positions: Positions, before: readonly RequestHandler[]): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const [template, group] of Map.groupBy(specs, (spec) => spec.template)) {
    const route = router.route(template.replaceAll(/\{(\w+)\}/g, ':$1'));
    const allowed = allow(group.map((spec) => spec.method));
    for (const spec of group) route[spec.method](begin(spec), ...before, invoke(spec, operations, positions));
    route.options(answerOptions(allowed)).all(refuseMethod(allowed));
  }
  return router;
}

function begin(spec: OperationSpec): RequestHandler {
  return (request, response, next) => {
    const exchange = exchangeOf(response);
    exchange.operation = spec;
    exchange.label = spec.operationId;
    // Node sends no body to a HEAD whatever we write, and the validator knows only what the document has.
    if (request.method === 'HEAD') request.method = 'GET';
    next();
  };
}

function invoke(spec: OperationSpec, operations: Operations, positions: Positions): RequestHandler {
  // The operation's types were checked where the record was made; here they are any operation's.
  const handler = operations[spec.operationId] as unknown as AnyHandler;
  return async (request, response) => {
    if (validatedAs(request) !== spec.operationId) throw new Error(`${spec.operationId} was validated as ${String(validatedAs(request))}`);
    let output: unknown;
    try {
      output = await handler({ path: request.params, query: request.query, body: request.body }, contextOf(request, response));
    } finally {
      await answerPosition(response, output, positions);
    }
    const [only] = spec.successStatuses;
    send(response, spec.successStatuses.length === 1 && only !== undefined ? { status: only, body: output } : (output as AnyReply));
  };
}

function validatedAs(request: object): string | undefined {
  return (request as { openapi?: { schema: { operationId: string } } }).openapi?.schema.operationId;
}

function contextOf(request: Request, response: Response): Context {
  const { actor, address, label } = exchangeOf(response);
  return {
    device: { address, userAgent: (request.get('user-agent') ?? '').slice(0, 256) },
    refreshCookie: refreshCookie(request, response),
    idempotencyKey: request.get('idempotency-key'),
    get actor() {
      if (actor === undefined) throw new Error(`${label} is open to everybody: it has no actor`);
      return actor;
    },
  };
}

function send(response: Response, { status, body, headers = {} }: AnyReply): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined) response.writeHead(status).end();
  else answerJson(response, status, body);
}

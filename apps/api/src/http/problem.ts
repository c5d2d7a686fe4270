import type { Schemas } from '@confab/contract';
import type { AppError, Logger } from '@confab/runtime';
import type { ErrorRequestHandler } from 'express';
import { exchangeOf } from './exchange.ts';
import { toAppError } from './failure.ts';
import { answerJson } from './json.ts';

const mediaType = 'application/problem+json';

/** The only writer of error answers. */
export function answerWithProblem(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, _request, response, _next) => {
    const error = toAppError(thrown);
    log(logger, error);
    const exchange = exchangeOf(response);
    exchange.code = error.code;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(headersOf(error))) response.setHeader(name, value);
    answerJson(response, error.status, problemOf(error, exchange.requestId), mediaType);
  };
}

/** For what never became a request: bytes that are no HTTP, headers without end. */
export function rawProblem(error: AppError, requestId: string): string {
  const body = JSON.stringify(problemOf(error, requestId));
  const headers = { 'Content-Type': mediaType, ...headersOf(error), 'X-Request-Id': requestId, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${error.status} Refused`, ...lines, '', body].join('\r\n');
}

function problemOf(error: AppError, requestId: string): Schemas['Problem'] {
  const { code, status, title, retryable, errors } = error;
  const detail = error.detail ?? errors?.map(({ path, message }) => `${path} ${message}`).join('; ');
  return {
    type: `/docs#${code}`,
    title,
    status,
    code,
    retryable,
    requestId,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
  };
}

function headersOf({ status, retryable, retryAfterSeconds, headers }: AppError): Record<string, string> {
  const isBusy = status === 503 && retryable;
  return {
    'Cache-Control': 'no-store',
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(retryAfterSeconds !== undefined || isBusy ? { 'Retry-After': String(retryAfterSeconds ?? 1) } : {}),
    ...headers,
  };
}

function log(logger: Logger, error: AppError): void {
  if (error.code === 'internal.error') logger.error({ err: error.cause ?? error }, 'request failed');
  else if (error.status >= 500) logger.warn({ err: error.cause ?? error, code: error.code }, 'request could not be served');
}

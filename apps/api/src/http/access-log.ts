import { durationBuckets, type Logger, type Metrics, runInContext } from '@confab/runtime';
import type { RequestHandler } from 'express';
import { type Exchange, exchangeOf } from './exchange.ts';

/** One line and one observation a request, when its last byte is sent or its caller gone. */
export function logRequests(logger: Logger, metrics: Metrics): RequestHandler {
  const duration = metrics.histogram({
    name: 'confab_http_request_duration_seconds',
    help: 'From the first byte of the headers understood to the last byte of the answer sent, by operationId and status.',
    labelNames: ['operation', 'status'],
    buckets: [...durationBuckets],
  });
  return (request, response, next) => {
    const startedAt = performance.now();
    const { method } = request;
    const exchange = exchangeOf(response);
    response.once('close', () => {
      const durationMs = performance.now() - startedAt;
      const isAborted = !response.writableFinished;
      // Nobody was told the status of an aborted request: 499, as others write it.
      const status = isAborted ? 499 : response.statusCode;
      duration.observe({ operation: exchange.label, status }, durationMs / 1000);
      runInContext({ requestId: exchange.requestId }, () =>
        logger.info({ method, status, durationMs: Math.round(durationMs * 10) / 10, ...described(exchange) }, 'request'),
      );
    });
    next();
  };
}

function described({ label, operation, actor, code }: Exchange): object {
  return {
    operationId: label,
    ...(operation === undefined ? {} : { route: operation.template }),
    ...(actor === undefined ? {} : { userId: actor.userId, sessionId: actor.sessionId }),
    ...(code === undefined ? {} : { code }),
  };
}

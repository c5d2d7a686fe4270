import { type Attributes, durationBuckets, type Logger, type Metrics } from '@confab/runtime';
import type { RequestHandler } from 'express';
import { type Exchange, exchangeOf } from './exchange.ts';

/**
 * One line and one observation a request, when its last byte is sent or its caller gone; its span ends with them. The line says what
 * it waited for: `databaseMs`, `redisMs` and `otherMs` add up to `durationMs`.
 */
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
    const tell = () => {
      const durationMs = performance.now() - startedAt;
      const isAborted = !response.writableFinished;
      // Nobody was told the status of an aborted request: 499, as others write it.
      const status = isAborted ? 499 : response.statusCode;
      duration.observe({ operation: exchange.label, status }, durationMs / 1000);
      const { entry, label, operation, actor, code } = exchange;
      const waits = entry.context.waits?.split(durationMs);
      const line = {
        method,
        status,
        durationMs: rounded(durationMs),
        databaseMs: rounded(waits?.databaseMs),
        redisMs: rounded(waits?.redisMs),
        otherMs: rounded(waits?.otherMs),
        operationId: label,
        route: operation?.template,
        userId: actor?.userId,
        sessionId: actor?.sessionId,
        code,
      };
      entry.run(() => logger.info(line, 'request'));
      entry.end({ name: exchange.label, attributes: attributesOf(exchange, status), isError: status >= 500 });
    };
    // What the body of a caller who is gone has failed of is found out in this turn.
    response.once('close', () => (response.writableFinished ? tell() : setImmediate(tell)));
    next();
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}

/** Ids and names of ours. No address, and of the target only its template: what stands in its place may be anything. */
function attributesOf({ operation, actor, code }: Exchange, status: number): Attributes {
  return {
    'http.response.status_code': status,
    ...(operation === undefined ? {} : { 'http.route': operation.template }),
    ...(actor === undefined ? {} : { 'user.id': actor.userId }),
    ...(code === undefined ? {} : { 'error.type': code }),
  };
}

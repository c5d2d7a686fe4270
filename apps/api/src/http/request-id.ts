import { randomUUID } from 'node:crypto';
import { openEntry } from '@confab/runtime';
import type { RequestHandler } from 'express';
import { beginExchange } from './exchange.ts';

const fit = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's own ids, of the request if it is a fit one and of his trace, so that he finds his request in our log. Everything after runs in its context. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const requestId = given !== undefined && fit.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', requestId);
  const address = request.ip ?? '';
  const entry = openEntry({
    requestId,
    address,
    // Until it is known which operation it is.
    name: request.method,
    kind: 'server',
    traceparent: request.get('traceparent'),
    attributes: { 'http.request.method': request.method, 'url.scheme': request.protocol },
  });
  beginExchange(response, { requestId, address, entry });
  entry.run(next);
};

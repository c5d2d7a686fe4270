import { randomUUID } from 'node:crypto';
import { runInContext } from '@confab/runtime';
import type { RequestHandler } from 'express';
import { beginExchange } from './exchange.ts';

const fit = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's own id if it is a fit one, so that he finds his request in our log. Everything after runs in its context. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const requestId = given !== undefined && fit.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', requestId);
  beginExchange(response, requestId);
  runInContext({ requestId, address: request.ip ?? '' }, next);
};

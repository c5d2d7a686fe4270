import { AppError } from '@confab/runtime';
import cors from 'cors';
import type { RequestHandler } from 'express';

/** A browser names the origin of a page that calls across origins. No Origin: not a browser, or its own page reading. */
export function refuseForeignOrigins(allowed: readonly string[]): RequestHandler {
  const origins = new Set(allowed);
  return (request, _response, next) => {
    const { origin } = request.headers;
    if (origin !== undefined && !origins.has(origin)) throw new AppError('origin.forbidden');
    next();
  };
}

export function crossOrigin(allowed: readonly string[]): RequestHandler {
  const answer = cors({
    origin: [...allowed],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id', 'Confab-Position', 'Confab-Seen', 'Traceparent'],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'Idempotent-Replayed', 'Confab-Position'],
    maxAge: 600,
    // The route answers OPTIONS itself, with or without a preflight in it.
    preflightContinue: true,
  });
  return (request, response, next) => {
    if (request.headers.origin !== undefined || request.method === 'OPTIONS') return answer(request, response, next);
    // Nobody crosses; but what is answered to somebody who does may not be taken for this.
    response.setHeader('Vary', 'Origin');
    next();
  };
}

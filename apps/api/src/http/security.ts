import type { Sessions } from '@confab/core';
import { AppError } from '@confab/runtime';
import type { RequestHandler } from 'express';
import { exchangeOf } from './exchange.ts';

/** What the operation's `security` demands: a bearer token, or nothing. A public operation does not look at one. */
export function authenticate(sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    const exchange = exchangeOf(response);
    if (exchange.operation?.isPublic !== true) exchange.actor = await sessions.authenticate(bearerToken(request.headers.authorization));
    next();
  };
}

function bearerToken(header = ''): string {
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new AppError(/^Bearer\b/i.test(header) ? 'token.invalid' : 'auth.required');
  return token;
}

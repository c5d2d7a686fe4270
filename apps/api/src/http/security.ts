import type { Identified, Sessions } from '@confab/core';
import { AppError } from '@confab/runtime';
import type { Request } from 'express';
import type { OperationSpec } from './document.ts';

/** What the operation's `security` demands: a bearer token, or nothing. A public operation does not look at one. */
export async function identify(request: Request, operation: OperationSpec | undefined, sessions: Sessions): Promise<Identified | undefined> {
  return operation?.isPublic === true ? undefined : sessions.identify(bearerToken(request.headers.authorization));
}

function bearerToken(header = ''): string {
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw new AppError(/^Bearer\b/i.test(header) ? 'token.invalid' : 'auth.required');
  return token;
}

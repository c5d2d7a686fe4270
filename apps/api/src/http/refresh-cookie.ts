import type { SignedIn } from '@confab/core';
import { AppError } from '@confab/runtime';
import cookieParser from 'cookie-parser';
import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import { basePath } from './document.ts';
import { exchangeOf } from './exchange.ts';

const name = 'confab_refresh';
const maxAgeMs = 30 * 86_400_000;

/** The refresh token of a browser session, where no script can read it. */
export type RefreshCookie = {
  readonly value: string | undefined;
  /** Puts the refresh token into it and answers the rest. */
  keep(session: SignedIn): Omit<SignedIn, 'refreshToken'>;
  /** Another tab may have signed in as somebody else since: then it is not that session's, and stays. */
  dropOf(sessionId: string): void;
  drop(): void;
};

export const readCookies: RequestHandler = cookieParser();

/**
 * Browsers send the cookie by themselves, whatever page makes them. So it is neither given nor taken unless the request says
 * which page that is; foreign ones have been refused by then, and so has every body that a plain form could send.
 */
export const refuseCookieOfNoOrigin: RequestHandler = (request, response, next) => {
  if (isCookieMeant(request, response) && request.headers.origin === undefined) {
    throw new AppError('origin.forbidden', { detail: 'Where the refresh token is in a cookie, the request must bear an Origin.' });
  }
  next();
};

function isCookieMeant(request: Request, response: Response): boolean {
  const { refreshTokenIn, refreshToken } = Object(request.body) as { refreshTokenIn?: string; refreshToken?: string };
  if (refreshTokenIn === 'cookie') return true;
  return exchangeOf(response).operation?.takesCookie === true && refreshToken === undefined && cookieOf(request) !== undefined;
}

export function refreshCookie(request: Request, response: Response): RefreshCookie {
  const options: CookieOptions = { httpOnly: true, sameSite: 'strict', path: `${basePath}/auth`, secure: request.app.get('secure cookies') === true };
  const value = cookieOf(request);
  const drop = () => void response.clearCookie(name, options);
  return {
    value,
    keep({ refreshToken, ...session }) {
      response.cookie(name, refreshToken, { ...options, maxAge: maxAgeMs });
      return session;
    },
    dropOf(sessionId) {
      if (value?.startsWith(`${sessionId}.`) === true) drop();
    },
    drop() {
      if (value !== undefined) drop();
    },
  };
}

function cookieOf(request: Request): string | undefined {
  const value: unknown = (request.cookies as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A browser sends no secure cookie to a plain `http://127.0.0.1`, on which Confab is tried out. */
export function needsSecureCookies(publicUrl: string): boolean {
  const { hostname } = new URL(publicUrl);
  return !(hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname));
}

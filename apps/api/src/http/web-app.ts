import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import compression from 'compression';
import express, { type Request, type RequestHandler } from 'express';
import { exchangeOf } from './exchange.ts';

/** The built web app, compressed: it holds nothing secret, as the API's answers may. Files with a hash in their name never change; every other one is asked after each time. */
export function webApp(directory: string): RequestHandler[] {
  const page = join(directory, 'index.html');
  const hashed = join(directory, 'assets') + sep;
  if (!existsSync(page)) throw new Error(`WEB_DIR (${directory}) holds no built web app: there is no index.html`);
  const files = express.static(directory, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders(response, path) {
      exchangeOf(response as never).label = 'web';
      response.setHeader('Cache-Control', path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return [
    compression(),
    files,
    (request, response, next) => {
      if (!isNavigation(request)) return next();
      exchangeOf(response).label = 'web';
      response.sendFile(
        page,
        { cacheControl: false, dotfiles: 'allow', headers: { 'Cache-Control': 'no-cache' } },
        (error?: Error) => error !== undefined && next(error),
      );
    },
  ];
}

/** A page of the app that the reader opened by its address; the first one whatever he accepts. A missing file, or a path of the API, is neither. */
function isNavigation(request: Request): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return request.path === '/' || (!/^\/api(\/|$)/i.test(request.path) && (request.headers.accept ?? '').includes('text/html'));
}

import { AppError } from '@confab/runtime';
import type { Request } from 'express';

/**
 * PostgreSQL refuses NUL, and drivers silently change what is no well-formed Unicode. Neither gets as far as a handler,
 * wherever in the request it stands.
 */
export function checkTarget(request: Request): void {
  const target = request.originalUrl;
  if (request.headers.host === undefined) throw new AppError('request.invalid', { detail: 'The Host header is missing.' });
  const end = target.indexOf('?');
  check('/path', decode(end < 0 ? target : target.slice(0, end)));
  if (end >= 0) check('/query', decode(target.slice(end + 1)));
}

/** Without recursion: a body may nest as deep as it is long. */
export function checkBody(body: unknown): void {
  const open: { value: unknown; path: string }[] = [{ value: body, path: '/body' }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { value, path } = item;
    if (typeof value === 'string') check(path, value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      check(path, key);
      open.push({ value: inner, path: `${path}/${key}` });
    }
  }
}

/** The path of a target that names the server, too, as proxies write it. What is no URL becomes a path that no check lets through. */
export function pathOfTarget(target = ''): string {
  if (target.startsWith('/')) return target;
  if (!URL.canParse(target)) return '/%';
  const { pathname, search } = new URL(target);
  return pathname.startsWith('/') ? pathname + search : '/%';
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function check(path: string, text: string | undefined): void {
  if (text !== undefined && text.isWellFormed() && !text.includes('\0')) return;
  throw new AppError('request.invalid', { errors: [{ path: path.slice(0, 200), message: 'must be well-formed Unicode without NUL' }] });
}

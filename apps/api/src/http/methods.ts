import { AppError } from '@confab/runtime';
import type { RequestHandler } from 'express';

/** The value of `Allow`: what is answered anyway included. */
export function allow(methods: readonly string[]): string {
  const names = methods.map((method) => method.toUpperCase());
  return [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

export function answerOptions(allowed: string): RequestHandler {
  return (_request, response) => {
    response.status(204).set('Allow', allowed).end();
  };
}

export function refuseMethod(allowed: string): RequestHandler {
  return () => {
    throw new AppError('method.not_allowed', { headers: { Allow: allowed } });
  };
}

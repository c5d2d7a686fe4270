import { isUtf8 } from 'node:buffer';
import { AppError } from '@confab/runtime';
import express, { type Request, type Response } from 'express';
import type { OperationSpec } from './document.ts';

const maxBytes = 64 * 1024;

const parse = express.json({
  limit: maxBytes,
  inflate: false,
  // Any JSON value: that it must be an object is for the specification to say.
  strict: false,
  type: () => true,
  verify(_request, _response, bytes) {
    if (!isUtf8(bytes)) throw new AppError('request.malformed', { detail: 'The body is not UTF-8.' });
  },
});

/**
 * Before anybody is asked who he is, hence small. An operation without a body in the specification never sees one.
 * The validator caches what it compiles by the Content-Type that came in, so it is given one of two.
 */
export async function readBody(request: Request, response: Response, operation: OperationSpec | undefined): Promise<void> {
  if (operation?.takesBody !== true) {
    delete request.headers['content-type'];
    return;
  }
  if (!hasBody(request)) throw new AppError('request.invalid', { errors: [{ path: '/body', message: 'is required' }] });
  checkContentType(request.headers['content-type']);
  request.headers['content-type'] = 'application/json';
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
  });
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function checkContentType(value: string | undefined): void {
  const [type = '', ...parameters] = (value ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const isUtf8Json = type === 'application/json' && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
  if (!isUtf8Json) throw new AppError('request.unsupported_media_type', { detail: 'The body must be application/json in UTF-8.' });
}

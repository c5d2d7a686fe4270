import type { Documents, Limit, OpenApi } from './bundle.ts';
import { header, quote } from './text.ts';

export function renderErrors(errors: Documents['errors']): string {
  const rows = Object.entries(errors).map(
    ([code, { status, title, retryable }]) =>
      `  ${quote(code)}: { status: ${status}, title: ${quote(title)}, retryable: ${retryable} },`,
  );
  return [
    header,
    '/** Every error code: its HTTP status, what it means, and whether the same request may succeed later. */',
    `export const errors = {\n${rows.join('\n')}\n} as const;`,
    '',
    'export type ErrorCode = keyof typeof errors;',
    '',
  ].join('\n');
}

export function renderCloseCodes(closeCodes: Documents['closeCodes']): string {
  const rows = Object.entries(closeCodes).map(
    ([code, { name, action, meaning }]) =>
      `  ${code}: { name: ${quote(name)}, action: ${quote(action)}, meaning: ${quote(meaning)} },`,
  );
  return [
    header,
    "/** What a client does after a close: stop, reconnect with its cursors, reconnect later, or sign in again first. */",
    "export type CloseAction = 'never' | 'resume' | 'backoff' | 'reauth';",
    '',
    '/** Every close code the gateway sends. */',
    `export const closeCodes = {\n${rows.join('\n')}\n} as const satisfies Record<number, { name: string; action: CloseAction; meaning: string }>;`,
    '',
    'export type CloseCode = keyof typeof closeCodes;',
    '',
  ].join('\n');
}

export function renderRateLimits(rateLimits: Documents['rateLimits'], openapi: OpenApi): string {
  const limit = (value: Limit | undefined) => (value ? `{ limit: ${value.limit}, windowSeconds: ${value.windowSeconds} }` : 'null');
  const rows = Object.entries(rateLimits).map(
    ([name, { user, address, outage }]) =>
      `  ${name}: { user: ${limit(user)}, address: ${limit(address)}, outage: ${quote(outage)} },`,
  );
  const operations = Object.values(openapi.paths)
    .flatMap((item) => Object.values(item))
    .filter((operation) => operation.operationId)
    .map((operation) => `  ${operation.operationId}: ${quote(operation['x-rate-limit'] ?? '')},`);
  return [
    header,
    "import type { operations } from './schema.ts';",
    '',
    'export interface RateLimit {',
    '  limit: number;',
    '  windowSeconds: number;',
    '}',
    '',
    '/** Class -> its limits, per user and per address, and what a process does while Redis is out. */',
    `export const rateLimits = {\n${rows.join('\n')}\n} as const satisfies Record<string, { user: RateLimit | null; address: RateLimit | null; outage: 'closed' | 'local' }>;`,
    '',
    'export type RateLimitClass = keyof typeof rateLimits;',
    '',
    '/** Operation -> its class. */',
    `export const operationRateLimits = {\n${operations.join('\n')}\n} as const satisfies Record<keyof operations, RateLimitClass>;`,
    '',
  ].join('\n');
}

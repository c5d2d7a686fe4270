import type { Documents } from './bundle.ts';
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

import { AppError } from '@confab/runtime';

/** Page cursors say where the page before ended. To clients they are opaque. */
export function encodeCursor(last: string | number): string {
  return Buffer.from(String(last)).toString('base64url');
}

export function decodeCursor(cursor: string, form: RegExp): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!form.test(text)) throw new AppError('cursor.invalid');
  return text;
}

export interface Page<T> {
  readonly items: T[];
  readonly next: T | undefined;
}

/** Of one row more than asked for: that there is one is all that is said of it. */
export function pageOf<T>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? items.at(-1) : undefined };
}

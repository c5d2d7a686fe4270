import type { Schemas } from '@confab/contract';
import type { AppError } from '@confab/runtime';

export function problemOf(error: AppError, requestId: string): Schemas['Problem'] {
  const { code, status, title, retryable, errors } = error;
  const detail = error.detail ?? errors?.map(({ path, message }) => `${path} ${message}`).join('; ');
  return {
    type: `/docs#${code}`,
    title,
    status,
    code,
    retryable,
    requestId,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
  };
}

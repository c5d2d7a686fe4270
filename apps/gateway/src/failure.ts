import { constraintError } from '@confab/db';
import { AppError } from '@confab/runtime';

/** How a connection ends whose frame could not be handled: what came of too much work or a server that is away passes; anything else is broken here. */
export function closeCodeOf(error: unknown): 1013 | 4500 {
  if (error instanceof AppError) return error.retryable ? 1013 : 4500;
  const code = constraintError(error);
  return code !== undefined && new AppError(code).retryable ? 1013 : 4500;
}

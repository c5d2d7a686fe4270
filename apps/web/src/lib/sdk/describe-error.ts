import { NetworkError, ProblemError } from '@confab/sdk';
import { formatWait } from '../format.ts';
import { strings } from '../strings/strings.ts';

/** An error in words a person uses, and the request's id for whoever runs the server. */
export function describeError(error: unknown): { words: string; requestId: string | undefined } {
  if (error instanceof ProblemError) {
    if (error.code === 'rate.limited') return { words: strings.errors.rateLimited(formatWait(error.retryAfterSeconds)), requestId: error.requestId };
    return { words: strings.errors.byCode[error.code] ?? error.detail ?? error.title, requestId: error.requestId };
  }
  return { words: error instanceof NetworkError ? strings.errors.network : strings.errors.unknown, requestId: undefined };
}

/** Whether the same request may succeed later without any change to it. */
export function isPassing(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ProblemError && error.retryable);
}

import { closeCodes } from '@confab/contract';
import type { CloseAction } from '@confab/contract';

/** Full jitter between half a second and a bound that doubles up to 30 s. */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(30_000, 1_000 * 2 ** Math.min(attempt, 5));
  return Math.round(500 + random() * (bound - 500));
}

/** Codes outside the table: those of a cut are for resuming, any other may mean that we are not wanted now. */
export function closeAction(code: number): CloseAction {
  const known = (closeCodes as Record<number, { action: CloseAction } | undefined>)[code];
  if (known) return known.action;
  return code === 1005 || code === 1006 ? 'resume' : 'backoff';
}

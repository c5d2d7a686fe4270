import { closeCodes } from '@confab/contract';
import type { CloseAction } from '@confab/contract';
import type { Failure } from './protocol.ts';

/** Full jitter between half a second and a bound that doubles up to 30 s. */
export function backoffMs(attempt: number, random: () => number): number {
  const bound = Math.min(30_000, 1_000 * 2 ** Math.min(attempt, 5));
  return Math.round(500 + random() * (bound - 500));
}

const known = closeCodes as Record<number, { action: CloseAction; meaning: string } | undefined>;

/** For people, where the gateway gave no reason. */
export function closeMeaning(code: number): string {
  return known[code]?.meaning ?? `closed with ${code}`;
}

/** Codes outside the table: those of a cut are for resuming, any other may mean that we are not wanted now. */
export function closeAction(code: number): CloseAction {
  const action = known[code]?.action;
  if (action) return action;
  return code === 1005 || code === 1006 ? 'resume' : 'backoff';
}

/** No ticket came. */
export function failureAction({ kind }: Failure): CloseAction {
  return ({ passing: 'backoff', unauthorized: 'reauth', refused: 'never' } as const)[kind];
}

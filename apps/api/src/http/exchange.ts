import type { ErrorCode } from '@confab/contract';
import type { Actor } from '@confab/core';
import type { Entry } from '@confab/runtime';
import type { Response } from 'express';
import type { OperationSpec } from './document.ts';
import type { Spent } from './rate-limit.ts';

/** What is known of one request, filled in on its way. */
export type Exchange = {
  readonly requestId: string;
  /** Of the caller, as far as proxies are trusted to name it. */
  readonly address: string;
  readonly entry: Entry;
  /** For log and metrics: an operationId, or the name of what lies outside the API. Never something that came in. */
  label: string;
  operation?: OperationSpec;
  actor?: Actor;
  code?: ErrorCode;
  /** Settles when what it has written so far is to be found by its author on every process. */
  kept?: Promise<unknown>;
  /** Of which limits this request used one, and what is left. */
  spent?: readonly Spent[];
};

export function beginExchange(response: Response, known: Pick<Exchange, 'requestId' | 'address' | 'entry'>): void {
  response.locals['exchange'] = { ...known, label: 'unmatched' } satisfies Exchange;
}

export function exchangeOf(response: Response): Exchange {
  return response.locals['exchange'] as Exchange;
}

import { BreakerOpen } from '@confab/runtime';
import pg from 'pg';
import { NotPrimary } from './identity.ts';
import { IntegerTooLarge } from './integers.ts';

/** pg gives these no code. */
const lostMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout|timeout expired|Cannot use a pool after)/;
const lostErrno = new Set(['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT']);
/** 25006: what takes no writes is no primary any more. */
const lostStates = /^(08|57P0[1-5]|53300|25P03|25006)/;

/** The five characters of an error that PostgreSQL itself answered with. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

export function constraintName(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.constraint : undefined;
}

/** The connection is gone or cannot be had: another server may still answer. */
export function isConnectionFailure(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return lostStates.test(state);
  if (!(error instanceof Error) || error instanceof IntegerTooLarge) return false;
  if (error instanceof BreakerOpen || error instanceof NotPrimary) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  return lostErrno.has((error as NodeJS.ErrnoException).code ?? '') || lostMessages.test(error.message);
}

/** The pool had no connection to give in time: all were lent out, or a server that hangs did not open one. */
export function isPoolExhausted(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

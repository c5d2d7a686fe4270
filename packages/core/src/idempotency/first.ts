import { createHash } from 'node:crypto';

import type { OperationId } from '@confab/contract';
import type { Tx } from '@confab/db';
import { AppError } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { findKey, insertKey } from './idempotency.repository.ts';

export const keptMs = 86_400_000;

/** One request that shall take effect once. Without a key each request is another one. */
export interface Request {
  readonly actor: Actor;
  readonly operation: OperationId;
  readonly key: string | undefined;
  /** What must be the same for it to be the same request, in one order. */
  readonly content: readonly unknown[];
  /** What it makes, if it is the first. */
  readonly subjectId: string;
  readonly at: Date;
}

/**
 * The first thing in the transaction of the effect: undefined for the request that is to make it, and for a repeated one what
 * the first has made. Throws idempotency_key.reused.
 */
export async function findFirst(tx: Tx, { actor, operation, key, content, subjectId, at }: Request): Promise<string | undefined> {
  if (key === undefined) return undefined;
  const requestHash = createHash('sha256').update(JSON.stringify(content)).digest();
  const use = { userId: actor.userId, operation, key, requestHash, subjectId, at };
  if (await insertKey(tx, use, new Date(at.getTime() - keptMs))) return undefined;
  const first = await findKey(tx, use);
  // It was a day old, and deleted between the two statements.
  if (first === undefined) throw new AppError('service.overloaded', { retryAfterSeconds: 1 });
  if (!first.request_hash.equals(requestHash)) throw new AppError('idempotency_key.reused');
  return first.subject_id;
}

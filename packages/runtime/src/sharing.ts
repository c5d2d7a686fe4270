import { runInScope, type Scope } from './context.ts';
import type { Waits } from './waits.ts';

/**
 * Work that is done once for several requests. What it waits for, its spans and its place in the log belong to each of them;
 * its lines in the log bear all their ids.
 */
export function runShared<T>(sharers: readonly Scope[], work: () => T): T {
  return runInScope(sharers.length > 1 ? shared(sharers) : sharers[0], work);
}

function shared(sharers: readonly Scope[]): Scope {
  const waits: Waits = {
    ended(what, durationMs) {
      for (const { context } of sharers) context.waits?.ended(what, durationMs);
    },
    split() {
      throw new Error('each of those who share has waited by himself');
    },
  };
  const context = {
    get requestId() {
      return sharers.map((sharer) => sharer.context.requestId).join(' ');
    },
    waits,
  };
  return { context, span: undefined, sharers };
}

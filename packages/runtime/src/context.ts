import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';
import type { Waits } from './waits.ts';

/** How new what a request reads must be. */
export type Freshness = {
  /** Nobody can say how new: only the primary will do. */
  readonly onPrimary?: boolean;
  /** Places in the primary's write-ahead log. */
  readonly positions?: readonly string[];
  /** Stream -> the number of an event that the reader was told of. */
  readonly seen?: ReadonlyMap<string, number>;
};

/**
 * What belongs to one request, frame or job, wherever its code runs. `position` is written by the database package
 * after each commit: the place in the primary's write-ahead log from which a replica shows that write; `onPosition` is told of it in the same turn. `freshness` is
 * written by whoever knows the reader; without it a replica in rotation is new enough. `traceparent` names the trace it
 * belongs to, with or without spans; `waits` is what it waited for.
 */
export type Context = {
  readonly requestId: string;
  readonly address?: string;
  readonly traceparent?: string;
  readonly waits?: Waits;
  position?: string;
  onPosition?: (position: string) => void;
  freshness?: Freshness;
};

/**
 * The span is beside the context, not in it: spans nest, and what is written to the context must outlive them.
 * `sharers`: all whose work is done here at once.
 */
export type Scope = { readonly context: Context; readonly span: Span | undefined; readonly sharers?: readonly Scope[] };

const storage = new AsyncLocalStorage<Scope | undefined>();

export function runInContext<T>(context: Context, work: () => T, span?: Span): T {
  return storage.run({ context, span }, work);
}

export function currentContext(): Context | undefined {
  return storage.getStore()?.context;
}

/** Everybody's whose work is going on now. */
export function currentContexts(): readonly Context[] {
  return currentScopes().map(({ context }) => context);
}

/** Whose work it is: to go on with it elsewhere. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Each with its own span. */
export function currentScopes(): readonly Scope[] {
  const scope = storage.getStore();
  return scope === undefined ? [] : (scope.sharers ?? [scope]);
}

/** Of none: in no context, whatever the present one is. */
export function runInScope<T>(scope: Scope | undefined, work: () => T): T {
  return storage.run(scope, work);
}

/** Undefined when nothing is traced, and where several share the work. */
export function currentSpan(): Span | undefined {
  return storage.getStore()?.span;
}

import { AsyncLocalStorage } from 'node:async_hooks';

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
 * after each commit: the place in the primary's write-ahead log from which a replica shows that write. `freshness` is
 * written by whoever knows the reader; without it a replica in rotation is new enough.
 */
export type Context = { readonly requestId: string; readonly address?: string; readonly traceparent?: string; position?: string; freshness?: Freshness };

const storage = new AsyncLocalStorage<Context>();

export function runInContext<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}

export function currentContext(): Context | undefined {
  return storage.getStore();
}

import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What belongs to one request, frame or job, wherever its code runs. `position` is written by the database package
 * after each commit: the place in the primary's write-ahead log from which a replica shows that write.
 */
export type Context = { readonly requestId: string; readonly address?: string; readonly traceparent?: string; position?: string };

const storage = new AsyncLocalStorage<Context>();

export function runInContext<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}

export function currentContext(): Context | undefined {
  return storage.getStore();
}

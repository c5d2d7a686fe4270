import type { Logger } from './options.ts';

type Handler<E> = (event: E) => void | Promise<void>;

export interface Emitter<M> {
  on<K extends keyof M>(type: K, handler: Handler<M[K]>): () => void;
  /** Calls every handler now. The answer is a promise only if a handler is still at work; it never rejects. */
  emit<K extends keyof M>(type: K, event: M[K]): Promise<void> | undefined;
}

/** A handler that fails is logged, and hinders neither the other handlers nor the client. */
export function createEmitter<M>(logger: Logger): Emitter<M> {
  const handlers = new Map<keyof M, Set<Handler<never>>>();
  const failed = (type: keyof M, error: unknown) => logger.error(`a handler of '${String(type)}' failed`, { error });

  function call<K extends keyof M>(type: K, handler: Handler<M[K]>, event: M[K]): Promise<void> | undefined {
    try {
      const outcome = handler(event);
      return outcome instanceof Promise ? outcome.catch((error: unknown) => failed(type, error)) : undefined;
    } catch (error) {
      failed(type, error);
      return undefined;
    }
  }

  return {
    on(type, handler) {
      // A function of its own for each call, so that one handler added twice is taken away once.
      const entry: typeof handler = (event) => handler(event);
      const listed = handlers.get(type) ?? new Set();
      handlers.set(type, listed.add(entry));
      return () => void listed.delete(entry);
    },
    emit(type, event) {
      const working = [...(handlers.get(type) ?? [])].map((handler) => call(type, handler as Handler<typeof event>, event)).filter((outcome) => outcome !== undefined);
      return working.length === 0 ? undefined : Promise.all(working).then(() => undefined);
    },
  };
}

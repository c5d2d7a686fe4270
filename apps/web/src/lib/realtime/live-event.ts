import type { AnyStreamEvent, Confab } from '@confab/sdk';

/** A durable event as the SDK hands it on: each once, in the order of its stream. */
export type LiveEvent = AnyStreamEvent;

/**
 * Fetches, and applies to the answer what happened while it was on its way. The answer may contain some of it already:
 * `apply` has to leave alone what is there.
 */
export async function fetchWithEvents<State>(confab: Confab, fetch: () => Promise<State>, apply: (state: State, event: LiveEvent) => State): Promise<State> {
  const meanwhile: LiveEvent[] = [];
  const stop = confab.realtime.on('event', (event) => void meanwhile.push(event));
  try {
    return meanwhile.reduce(apply, await fetch());
  } finally {
    stop();
  }
}

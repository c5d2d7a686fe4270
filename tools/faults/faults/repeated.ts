import { setTimeout as sleep } from 'node:timers/promises';

/** Again and again until it is healed, which waits for no pause. What fails fails the heal. */
export function repeated(step: () => void | Promise<void>, everyMs: number): () => Promise<void> {
  const over = Promise.withResolvers<void>();
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      await step();
      await Promise.race([sleep(everyMs), over.promise]);
    }
  })();
  work.catch(() => undefined);
  return async () => {
    isOver = true;
    over.resolve();
    await work;
  };
}

/** Begun now, to be over before it is healed. What fails fails the heal. */
export function begun(work: Promise<unknown>): () => Promise<void> {
  work.catch(() => undefined);
  return async () => void (await work);
}

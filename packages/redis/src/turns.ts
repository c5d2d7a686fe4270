/**
 * One piece of work a key at a time. Who comes while it runs shares the next one with others: what he gets was begun
 * after he came, which joining the one under way could not promise.
 */
export function createTurns<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const waiting = new Map<string, Promise<T>>();

  function start(key: string, work: () => Promise<T>): Promise<T> {
    const turn = work().finally(() => {
      if (running.get(key) === turn) running.delete(key);
    });
    running.set(key, turn);
    return turn;
  }

  async function startAfter(key: string, before: Promise<T>, work: () => Promise<T>): Promise<T> {
    await before.catch(() => undefined);
    waiting.delete(key);
    return start(key, work);
  }

  return function take(key, work) {
    const current = running.get(key);
    if (current === undefined) return start(key, work);
    const next = waiting.get(key) ?? startAfter(key, current, work);
    waiting.set(key, next);
    return next;
  };
}

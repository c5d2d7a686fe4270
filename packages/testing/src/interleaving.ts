import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

/** Of fast-check's, what is needed here. */
interface Scheduler {
  schedule<T>(task: Promise<T>, label?: string): Promise<T>;
  count(): number;
  waitNext(count: number): Promise<void>;
}

/** Real servers, and a scheduler that says whose round trip is next. */
export interface Interleaving {
  /** One round trip: on its way, done, and on its way back. Anything may come in between. */
  step<R>(label: string, work: () => R | Promise<R>): Promise<R>;
  /** The same object, each of whose methods is such a step. */
  stepping<T extends object>(label: string, target: T): T;
  /** A Redis, each of whose commands is such a step and none of which is given up. */
  steppingRedis<T extends { client: object; guard: unknown }>(redis: T): T;
  /** Lets all act at once, in the scheduler's order. Rejects as the first of them does, and if nothing moves any more. */
  play(actors: readonly (() => Promise<void>)[]): Promise<void>;
}

const stuckAfterMs = 20_000;

export function createInterleaving(scheduler: Scheduler): Interleaving {
  const underWay = new Set<Promise<unknown>>();

  const step: Interleaving['step'] = async (label, work) => {
    await scheduler.schedule(Promise.resolve(), label);
    const doing = Promise.allSettled([Promise.resolve().then(work)]);
    underWay.add(doing);
    const [outcome] = await doing.finally(() => underWay.delete(doing));
    await scheduler.schedule(Promise.resolve(), `${label} answers`);
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };

  const stepping: Interleaving['stepping'] = (label, target) =>
    new Proxy(target, {
      get(real, name) {
        const value: unknown = Reflect.get(real, name, real);
        if (typeof value !== 'function' || typeof name === 'symbol') return value;
        return (...args: unknown[]) => step(`${label} ${name}`, () => Reflect.apply(value, real, args) as unknown);
      },
    });

  async function release(): Promise<void> {
    do {
      await Promise.all(underWay);
      await turn();
    } while (underWay.size > 0);
    if (scheduler.count() > 0) await scheduler.waitNext(1);
  }

  return {
    step,
    stepping,
    steppingRedis: (redis) => ({ ...redis, client: stepping('redis', redis.client), guard: () => (command: () => Promise<unknown>) => command() }),
    async play(actors) {
      let left = actors.length;
      const playing = actors.map(async (act, index) => {
        await scheduler.schedule(Promise.resolve(), `actor ${index}`);
        await act().finally(() => (left -= 1));
      });
      const outcome = Promise.all(playing);
      outcome.catch(() => undefined);
      let movedAt = performance.now();
      while (left > 0 || scheduler.count() > 0) {
        if (scheduler.count() > 0) movedAt = performance.now();
        else if (performance.now() - movedAt > stuckAfterMs) throw new Error('nothing moves any more');
        // What is not a step of ours (a hash, another statement) takes its time.
        else await delay(1);
        await release();
      }
      await outcome;
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that only rise, and waiting for some to pass. Handed over so that a test decides what comes first. */
export type CacheTime = { now(): number; wait(ms: number): Promise<void> };

export const processTime: CacheTime = Object.freeze({
  now: () => performance.now(),
  wait: async (ms: number) => void (await delay(ms)),
});

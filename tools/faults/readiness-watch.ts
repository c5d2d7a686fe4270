import { setTimeout as sleep } from 'node:timers/promises';
import type { TestApp } from '@confab/testing';
import type { Readiness } from './world.ts';

type Look = { readonly at: number; readonly status: number; readonly ms: number; readonly reasons: readonly string[] };

/** What one process said of itself all the while: at `live`, and at `ready`. */
export interface ReadinessWatch {
  readonly name: string;
  readonly live: readonly Look[];
  readonly ready: readonly Look[];
  stop(): Promise<void>;
}

/** Nobody is to wait so long for a report. */
const hungMs = 5_000;

/** Asks both of the process all the time, each by itself: one that hangs must not hide the other. */
export function watchReadiness(name: string, url: string): ReadinessWatch {
  const looks = { live: [] as Look[], ready: [] as Look[] };
  let isOver = false;

  async function look(what: 'live' | 'ready'): Promise<Look> {
    const at = performance.now();
    try {
      const response = await fetch(`${url}/health/${what}`, { signal: AbortSignal.timeout(hungMs) });
      const { checks } = (await response.json()) as Readiness;
      const reasons = Object.entries(checks).flatMap(([check, { reason }]) => (reason === undefined ? [] : [`${check}: ${reason}`]));
      return { at, status: response.status, ms: performance.now() - at, reasons };
    } catch {
      return { at, status: 0, ms: performance.now() - at, reasons: [] };
    }
  }

  const asking = (['live', 'ready'] as const).map(async (what) => {
    while (!isOver) {
      looks[what].push(await look(what));
      await sleep(200);
    }
  });
  return {
    name,
    ...looks,
    async stop() {
      isOver = true;
      await Promise.all(asking);
    },
  };
}

/** Each process by its ops port, and the API by its public one too. */
export function watchAll(apps: readonly TestApp[]): ReadinessWatch[] {
  const ops = apps.map(({ name, opsPort }) => watchReadiness(name, `http://127.0.0.1:${opsPort}`));
  const api = apps.find(({ name }) => name === 'api');
  return api === undefined ? ops : [...ops, watchReadiness('api, in public', `http://127.0.0.1:${api.port}`)];
}

/** From a moment until the process first answered so; Infinity if it never did. */
export function tookUntil(looks: readonly Look[], since: number, status: number): number {
  const found = looks.find(({ at, ms, status: answered }) => at + ms >= since && answered === status);
  return found === undefined ? Number.POSITIVE_INFINITY : found.at + found.ms - since;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Unit } from './unit.ts';

export type Supervisor = {
  /** From now on the unit is started again whenever it ends by itself. */
  watch(unit: Unit): void;
  readonly units: readonly Unit[];
  /** Ends what is watched: the processes, then what they lean on. */
  stop(): Promise<void>;
  /** At once, without asking. */
  kill(): void;
};

type SupervisorOptions = {
  say: (line: string) => void;
  /** A unit runs again, under another process id. */
  onRestart: () => void;
  firstDelayMs?: number;
};

const longestDelayMs = 30_000;
/** Who lived this long begins again with the shortest delay. */
const healthyMs = 60_000;

export function createSupervisor({ say, onRestart, firstDelayMs = 500 }: SupervisorOptions): Supervisor {
  const units: Unit[] = [];
  const watches: Promise<void>[] = [];
  const stopping = new AbortController();

  async function keepAlive(unit: Unit): Promise<void> {
    let delayMs = firstDelayMs;
    for (;;) {
      const startedAt = Date.now();
      const { code, signal } = await unit.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > healthyMs) delayMs = firstDelayMs;
      say(`${unit.name} ended (${signal ?? `code ${code}`}); starting it again in ${delayMs / 1000} s`);
      delayMs = await retry(unit, delayMs);
      if (stopping.signal.aborted) return;
      say(`${unit.name} runs again`);
      onRestart();
    }
  }

  /** Answers the delay before the next time. */
  async function retry(unit: Unit, delayMs: number): Promise<number> {
    for (;;) {
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return delayMs;
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      try {
        await unit.start();
        if (stopping.signal.aborted) await unit.stop();
        return delayMs;
      } catch (error) {
        say(`${unit.name} did not start: ${error instanceof Error ? error.message : String(error)}; again in ${delayMs / 1000} s`);
      }
    }
  }

  return {
    units,
    watch(unit) {
      units.push(unit);
      watches.push(keepAlive(unit));
    },
    async stop() {
      stopping.abort();
      for (const rank of [2, 1, 0]) await Promise.all(units.filter((unit) => rankOf(unit) === rank).map((unit) => unit.stop()));
      await Promise.all(watches);
    },
    kill() {
      stopping.abort();
      for (const unit of units) unit.signal('SIGKILL');
    },
  };
}

/** What others lean on ends after them. */
function rankOf({ name }: Unit): number {
  if (name === 'postgres') return 0;
  return name === 'redis' || name === 'replica' ? 1 : 2;
}

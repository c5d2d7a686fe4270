import type { LeaseStore, PresenceChange } from './lease.store.ts';

const batch = 200;

export interface SweepDeps {
  readonly store: LeaseStore;
  readonly everyMs: number;
  changed(state: PresenceChange): void;
}

/** Looks after users whose grace is over or whose gateway has died. All gateways do; the script says each change once. */
export function startSweep({ store, everyMs, changed }: SweepDeps): { stop(): Promise<void> } {
  let turn: Promise<void> | undefined;

  async function sweep(): Promise<void> {
    try {
      for (let looked = batch; looked >= batch; ) {
        const changes = await store.sweep(batch);
        looked = changes.length;
        for (const change of changes) if (change !== null) changed(change);
      }
    } catch {
      // Redis is out, and with it presence.
    } finally {
      turn = undefined;
    }
  }

  const timer = setInterval(() => void (turn ??= sweep()), everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await turn;
    },
  };
}

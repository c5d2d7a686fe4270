export const resumeOutcomes = ['replayed', 'resynced', 'interrupted'] as const;
export type ResumeOutcome = (typeof resumeOutcomes)[number];

/** What comes of one connection that goes on where another one ended. */
export interface ResumeWatch {
  synced(stream: string): void;
  resynced(stream: string): void;
  closed(): void;
}

/** `streams`: those that it goes on with. Tells once, when all have arrived or the connection is gone. */
export function createResumeWatch(streams: readonly string[], told: (outcome: ResumeOutcome) => void): ResumeWatch {
  const owed = new Set(streams);
  let isResynced = false;
  return {
    synced(stream) {
      if (owed.delete(stream) && owed.size === 0) told(isResynced ? 'resynced' : 'replayed');
    },
    resynced(stream) {
      if (owed.has(stream)) isResynced = true;
    },
    closed() {
      if (owed.size > 0) told('interrupted');
      owed.clear();
    },
  };
}

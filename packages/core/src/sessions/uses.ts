const remembered = 50_000;

/** Which tokens this process has seen in use, so that only the first use costs anything. Bounded; forgetting costs a repeat. */
export function createUses(): { isFirst(sessionId: string, generation: number): boolean; forget(sessionId: string, generation: number): void } {
  const seen = new Map<string, number>();
  return {
    isFirst(sessionId, generation) {
      if ((seen.get(sessionId) ?? 0) >= generation) return false;
      if (seen.size >= remembered) seen.clear();
      seen.set(sessionId, generation);
      return true;
    },
    forget(sessionId, generation) {
      if (seen.get(sessionId) === generation) seen.delete(sessionId);
    },
  };
}

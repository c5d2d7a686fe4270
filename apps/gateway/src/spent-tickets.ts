/** The tickets that were used at this gateway: all that is known of them while Redis is away. */
export interface SpentTickets {
  /** True for the first who asks for it. */
  take(ticketId: string): boolean;
}

export function createSpentTickets({ keptMs, now }: { keptMs: number; now: () => number }): SpentTickets {
  /** Until when each is kept; the oldest first. */
  const spent = new Map<string, number>();

  function forgetOld(at: number): void {
    for (const [id, until] of spent) {
      if (until > at) return;
      spent.delete(id);
    }
  }

  return {
    take(ticketId) {
      const at = now();
      forgetOld(at);
      if (spent.has(ticketId)) return false;
      spent.set(ticketId, at + keptMs);
      return true;
    },
  };
}

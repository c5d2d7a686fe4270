import type { Redis } from '@confab/redis';
import type { Clock } from '@confab/runtime';

import { tokenKinds } from '../sessions/tokens.ts';

/** A minute longer than a ticket is good for. */
const keptSeconds = tokenKinds.ticket.lifetimeSeconds + 60;

export interface TicketStore {
  /** True for the first who asks for it. */
  take(ticketId: string): Promise<boolean>;
}

/** Redis knows what every gateway took; this process what it took itself, which is all there is while Redis is away. */
export function createTicketStore({ redis, clock }: { redis: Redis; clock: Clock }): TicketStore {
  const ask = redis.guard('sessions');
  const taken = new Map<string, number>();

  function forgetOld(now: number): void {
    for (const [id, until] of taken) {
      if (until > now) return;
      taken.delete(id);
    }
  }

  return {
    async take(ticketId) {
      const now = clock.now();
      forgetOld(now);
      if (taken.has(ticketId)) return false;
      taken.set(ticketId, now + keptSeconds * 1000);
      try {
        const answer = await ask(() => redis.client.set(`ticket:${ticketId}`, '1', { condition: 'NX', expiration: { type: 'EX', value: keptSeconds } }));
        return answer !== null;
      } catch {
        return true;
      }
    },
  };
}

import { within } from '@confab/redis';

import type { LeaseAnswer, LeaseRules, LeaseStore, PresenceChange } from './lease.store.ts';
import { createSpentTickets } from './spent-tickets.ts';

/** It has as many connections as it may; or its ticket was used before. */
export type Refusal = 'refused' | 'spent';

export interface Holder {
  readonly id: string;
  readonly userId: string;
  readonly ticketId: string;
  /** Another connection has taken its place. */
  replaced(): void;
  /** Redis said no after it was let in here. */
  refused(why: Refusal): void;
}

export const leaseOutcomes = ['acquired', 'resumed', 'refused', 'spent', 'acquired_locally', 'refused_locally'] as const;
export type LeaseOutcome = (typeof leaseOutcomes)[number];

/** The places that connections of this gateway have. */
export interface Leases {
  /** Takes a place, if there is one for this ticket. While Redis is out that is decided for this gateway alone. */
  acquire(holder: Holder, replaces?: string): Promise<'held' | Refusal>;
  setAway(connectionId: string, isAway: boolean): void;
  release(connectionId: string): void;
  /** The connection's place was taken, somewhere. */
  replaced(userId: string, connectionId: string): void;
  /** Waits for the releases under way. */
  stop(): Promise<void>;
}

export interface LeasesDeps {
  readonly store: LeaseStore;
  readonly rules: LeaseRules;
  /** So long a ticket that was used is remembered. */
  readonly ticketKeptMs: number;
  now(): number;
  told(outcome: LeaseOutcome): void;
  changed(state: PresenceChange): void;
}

interface Lease {
  readonly holder: Holder;
  isAway: boolean;
  renewAt: number;
  isRenewing: boolean;
}

/** The place of a connection that is gone, which Redis may still count. */
interface Owed {
  readonly userId: string;
  /** Then the lease has ended by itself. */
  readonly until: number;
  isSaying: boolean;
}

const renewalsPerTtl = 3;
/** Within a renewal's interval; also how soon one that failed is tried again. */
const ticksPerRenewal = 10;

export function createLeases({ store, rules, ticketKeptMs, now, told, changed }: LeasesDeps): Leases {
  const spent = createSpentTickets({ keptMs: ticketKeptMs, now });
  const held = new Map<string, Lease>();
  const ofUser = new Map<string, Set<Lease>>();
  const owed = new Map<string, Owed>();
  const releases = new Set<Promise<void>>();
  const renewMs = rules.ttlMs / renewalsPerTtl;
  const tickMs = renewMs / ticksPerRenewal;

  function note({ changed: state }: LeaseAnswer): void {
    if (state !== null) changed(state);
  }

  function add(holder: Holder, isAway: boolean, renewAt: number): void {
    const lease = { holder, isAway, renewAt, isRenewing: false };
    held.set(holder.id, lease);
    const others = ofUser.get(holder.userId);
    if (others === undefined) ofUser.set(holder.userId, new Set([lease]));
    else others.add(lease);
  }

  function remove(connectionId: string): Lease | undefined {
    const lease = held.get(connectionId);
    if (lease === undefined) return undefined;
    held.delete(connectionId);
    const others = ofUser.get(lease.holder.userId);
    others?.delete(lease);
    if (others?.size === 0) ofUser.delete(lease.holder.userId);
    return lease;
  }

  /** Said until Redis has heard it: where it gave no answer, it may have given the place all the same. */
  function giveBack({ id, userId }: Pick<Holder, 'id' | 'userId'>): void {
    const place = { userId, until: now() + rules.ttlMs, isSaying: false };
    owed.set(id, place);
    const releasing = within(sayGone(id, place))
      .catch(() => undefined)
      .finally(() => releases.delete(releasing));
    releases.add(releasing);
  }

  async function sayGone(id: string, place: Owed): Promise<void> {
    place.isSaying = true;
    try {
      note(await store.release(place.userId, id));
      owed.delete(id);
    } catch {
      if (place.until <= now()) owed.delete(id);
    } finally {
      place.isSaying = false;
    }
  }

  /** Redis' answer; undefined if it gives none in time. */
  async function ask(holder: Holder, replaces: string | undefined): Promise<LeaseAnswer | undefined> {
    const asked = store.acquire(holder.userId, holder.id, holder.ticketId, replaces);
    try {
      const answer = await within(asked);
      note(answer);
      return answer;
    } catch {
      asked.then((answer) => late(holder, answer)).catch(() => held.has(holder.id) || giveBack(holder));
      return undefined;
    }
  }

  /** Decided here meanwhile; what counts is what Redis says. */
  function late(holder: Holder, answer: LeaseAnswer): void {
    note(answer);
    const { outcome } = answer;
    if (outcome !== 'refused' && outcome !== 'spent') {
      if (!held.has(holder.id)) giveBack(holder);
      return;
    }
    if (remove(holder.id) === undefined) return;
    // It may have been put back into Redis already, as one that was let in.
    giveBack(holder);
    told(outcome);
    holder.refused(outcome);
  }

  function acquireLocally(holder: Holder, replaces: string | undefined): boolean {
    const replacedHere = replaces === undefined ? undefined : held.get(replaces);
    const isReplacing = replacedHere?.holder.userId === holder.userId;
    const count = (ofUser.get(holder.userId)?.size ?? 0) - (isReplacing ? 1 : 0);
    if (count >= rules.limit) return false;
    // To be put into Redis as soon as it is back.
    add(holder, false, now());
    if (isReplacing) {
      end(replacedHere);
      giveBack(replacedHere.holder);
    }
    return true;
  }

  function end({ holder }: Lease): void {
    remove(holder.id);
    holder.replaced();
  }

  async function renew(lease: Lease): Promise<void> {
    const { holder, isAway } = lease;
    lease.isRenewing = true;
    lease.renewAt = now() + renewMs * (0.8 + 0.2 * Math.random());
    try {
      const answer = await store.renew(holder.userId, holder.id, isAway);
      note(answer);
      if (!held.has(holder.id)) giveBack(holder);
      else if (answer.outcome === 'replaced') end(lease);
    } catch {
      lease.renewAt = now() + tickMs;
    } finally {
      lease.isRenewing = false;
    }
  }

  function tick(): void {
    const at = now();
    for (const lease of held.values()) if (lease.renewAt <= at && !lease.isRenewing) void renew(lease);
    for (const [id, place] of owed) if (!place.isSaying) void sayGone(id, place);
  }

  const timer = setInterval(tick, tickMs);
  timer.unref();

  async function place(holder: Holder, replaces: string | undefined): Promise<LeaseOutcome> {
    if (!spent.take(holder.ticketId)) return 'spent';
    const answer = await ask(holder, replaces);
    if (answer === undefined) return acquireLocally(holder, replaces) ? 'acquired_locally' : 'refused_locally';
    const { outcome, isAway } = answer;
    if (outcome === 'refused' || outcome === 'spent') return outcome;
    add(holder, isAway, now() + renewMs * (0.5 + 0.5 * Math.random()));
    return outcome === 'resumed' ? outcome : 'acquired';
  }

  return {
    async acquire(holder, replaces) {
      const outcome = await place(holder, replaces);
      told(outcome);
      if (outcome === 'spent') return outcome;
      return outcome === 'refused' || outcome === 'refused_locally' ? 'refused' : 'held';
    },
    setAway(connectionId, isAway) {
      const lease = held.get(connectionId);
      if (lease === undefined || lease.isAway === isAway) return;
      lease.isAway = isAway;
      lease.renewAt = now();
      if (!lease.isRenewing) void renew(lease);
    },
    release(connectionId) {
      const lease = remove(connectionId);
      if (lease !== undefined) giveBack(lease.holder);
    },
    replaced(userId, connectionId) {
      const lease = held.get(connectionId);
      if (lease?.holder.userId === userId) end(lease);
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(releases);
    },
  };
}

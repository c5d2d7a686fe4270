import type { Redis } from '@confab/redis';
import { tagOf, tags } from '@confab/stream';

import { presenceKey, ticketKeptSeconds } from './access.ts';
import { claimScript, entranceScript, leaseScript } from './lease-script.ts';

export interface LeaseRules {
  /** Connections a user may have, wherever they are. */
  readonly limit: number;
  /** A lease that is not renewed ends by itself. */
  readonly ttlMs: number;
  /** So long nobody is told that the last connection is gone. */
  readonly graceMs: number;
}

export const presenceChanges = ['online', 'away', 'offline'] as const;
export type PresenceChange = (typeof presenceChanges)[number];

export interface LeaseAnswer {
  /** spent: the ticket was used before. */
  readonly outcome: 'held' | 'resumed' | 'refused' | 'spent' | 'replaced';
  readonly isAway: boolean;
  /** What everybody was told just now. */
  readonly changed: PresenceChange | null;
}

/** Leases as Redis keeps them. Rejects when Redis does. */
export interface LeaseStore {
  /** Takes a place, or that of the connection it replaces, and the ticket with it. */
  acquire(userId: string, connectionId: string, ticketId: string, replaces?: string): Promise<LeaseAnswer>;
  renew(userId: string, connectionId: string, isAway: boolean): Promise<LeaseAnswer>;
  release(userId: string, connectionId: string): Promise<LeaseAnswer>;
  /** Looks after users whose time has come, at most so many of each partition; answers the changes of whoever was looked after. */
  sweep(most: number): Promise<readonly (PresenceChange | null)[]>;
}

/** Users by when they must be looked after; for all gateways together. */
const dueKeyOfTag = (tag: string): string => `${tag}:presence.due`;
export const dueKeyOf = (userId: string): string => dueKeyOfTag(tagOf(`user:${userId}`));

/** Where gateways hear what became of connections: `presence <user> <state> <version>`, `replaced <user> <connection>`. */
const channelOf = (tag: string): string => `${tag}:connections`;
export const connectionChannels: readonly string[] = tags.map(channelOf);

/** A gateway that dies while it looks is followed by another after this time. */
const claimMs = 5_000;

export const leasesKey = (userId: string): string => `${tagOf(`user:${userId}`)}:leases:${userId}`;

/** There once it was given for a place. */
export const ticketKey = (userId: string, ticketId: string): string => `${tagOf(`user:${userId}`)}:ticket:${ticketId}`;

export function createLeaseStore({ redis, rules }: { redis: Redis; rules: LeaseRules }): LeaseStore {
  const ask = redis.guard('leases');
  const limits = [rules.limit, rules.ttlMs, rules.graceMs].map(String);

  function keysOf(tag: string, userId: string): string[] {
    return [leasesKey(userId), `${tag}:away:${userId}`, presenceKey(userId), `${tag}:replaced:${userId}`, dueKeyOfTag(tag)];
  }

  async function run(op: 'renew' | 'release' | 'look', userId: string, { connectionId = '', isAway = false } = {}): Promise<LeaseAnswer> {
    const tag = tagOf(`user:${userId}`);
    return answerOf(await leaseScript.run(redis.client, keysOf(tag, userId), [op, userId, connectionId, isAway ? '1' : '0', '', ...limits, channelOf(tag)]));
  }

  async function acquire(userId: string, connectionId: string, ticketId: string, replaces: string): Promise<LeaseAnswer> {
    const tag = tagOf(`user:${userId}`);
    const keys = [...keysOf(tag, userId), ticketKey(userId, ticketId)];
    return answerOf(await entranceScript.run(redis.client, keys, ['acquire', userId, connectionId, '0', replaces, ...limits, channelOf(tag), String(ticketKeptSeconds)]));
  }

  async function sweepOne(tag: string, most: number): Promise<(PresenceChange | null)[]> {
    const userIds = (await claimScript.run(redis.client, [dueKeyOfTag(tag)], [String(most), String(claimMs)])) as string[];
    return Promise.all(userIds.map(async (userId) => (await run('look', userId)).changed));
  }

  return {
    acquire: (userId, connectionId, ticketId, replaces = '') => ask(() => acquire(userId, connectionId, ticketId, replaces)),
    renew: (userId, connectionId, isAway) => ask(() => run('renew', userId, { connectionId, isAway })),
    // Once, and nobody waits for it: that is tried whatever the breaker says.
    release: (userId, connectionId) => run('release', userId, { connectionId }),
    sweep: (most) => ask(async () => (await Promise.all(tags.map((tag) => sweepOne(tag, most)))).flat()),
  };
}

function answerOf(answer: unknown): LeaseAnswer {
  const [outcome, away, changed] = answer as [LeaseAnswer['outcome'], string, PresenceChange | ''];
  return { outcome, isAway: away === '1', changed: changed === '' ? null : changed };
}

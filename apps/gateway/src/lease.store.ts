import type { Redis } from '@confab/redis';
import { tagOf, tags } from '@confab/stream';

import { presenceKey } from './access.ts';
import { claimScript, expectScript, leaseScript, settleScript } from './lease-script.ts';

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
  readonly outcome: 'held' | 'resumed' | 'refused' | 'replaced';
  readonly isAway: boolean;
  /** What everybody was told just now. */
  readonly changed: PresenceChange | null;
}

/** Leases as Redis keeps them. Rejects when Redis does. */
export interface LeaseStore {
  /** Takes a place, or that of the connection it replaces. */
  acquire(userId: string, connectionId: string, replaces?: string): Promise<LeaseAnswer>;
  renew(userId: string, connectionId: string, isAway: boolean): Promise<LeaseAnswer>;
  release(userId: string, connectionId: string): Promise<LeaseAnswer>;
  /** Looks after users whose time has come, at most so many of each sixteenth; answers the changes of whoever was looked after. */
  sweep(most: number): Promise<readonly (PresenceChange | null)[]>;
}

/** Users by when they must be looked after; for all gateways together. Several, so that a cluster spreads them. */
const duePartitions = 16;
const dueKeys = Array.from({ length: duePartitions }, (_, index) => `presence.due:${index}`);
export const dueKeyOf = (userId: string): string => dueKeys[Number.parseInt(userId.slice(-2), 16) % duePartitions] ?? '';

/** Where gateways hear what became of connections: `presence <user> <state> <version>`, `replaced <user> <connection>`. */
const channelOf = (tag: string): string => `${tag}:connections`;
export const connectionChannels: readonly string[] = tags.map(channelOf);

/** A gateway that dies while it looks is followed by another after this time. */
const claimMs = 5_000;

export const leasesKey = (userId: string): string => `${tagOf(`user:${userId}`)}:leases:${userId}`;

export function createLeaseStore({ redis, rules }: { redis: Redis; rules: LeaseRules }): LeaseStore {
  const ask = redis.guard('leases');
  const limits = [rules.limit, rules.ttlMs, rules.graceMs].map(String);

  async function run(op: 'acquire' | 'renew' | 'release' | 'look', userId: string, { connectionId = '', isAway = false, replaces = '' } = {}): Promise<LeaseAnswer & { lookAt: number }> {
    const tag = tagOf(`user:${userId}`);
    const keys = [leasesKey(userId), `${tag}:away:${userId}`, presenceKey(userId), `${tag}:replaced:${userId}`];
    const answer = await leaseScript.run(redis.client, keys, [op, userId, connectionId, isAway ? '1' : '0', replaces, ...limits, channelOf(tag)]);
    const [outcome, away, changed, lookAt] = answer as [LeaseAnswer['outcome'], string, PresenceChange | '', number];
    return { outcome, isAway: away === '1', changed: changed === '' ? null : changed, lookAt };
  }

  async function acquire(userId: string, connectionId: string, replaces: string | undefined): Promise<LeaseAnswer> {
    const [, answer] = await Promise.all([
      expectScript.run(redis.client, [dueKeyOf(userId)], [userId, String(rules.ttlMs)]),
      run('acquire', userId, { connectionId, ...(replaces === undefined ? {} : { replaces }) }),
    ]);
    return answer;
  }

  async function renew(userId: string, connectionId: string, isAway: boolean): Promise<LeaseAnswer> {
    const answer = await run('renew', userId, { connectionId, isAway });
    // There already, unless Redis was emptied.
    await redis.client.zAdd(dueKeyOf(userId), { score: answer.lookAt, value: userId }, { condition: 'NX' });
    return answer;
  }

  async function sweepOne(dueKey: string, most: number): Promise<(PresenceChange | null)[]> {
    const [claimedAt, userIds] = (await claimScript.run(redis.client, [dueKey], [String(most), String(claimMs)])) as [number, string[]];
    return Promise.all(userIds.map((userId) => look(userId, claimedAt)));
  }

  async function look(userId: string, claimedAt: number): Promise<PresenceChange | null> {
    const { changed, lookAt } = await run('look', userId);
    await settleScript.run(redis.client, [dueKeyOf(userId)], [userId, String(claimedAt), String(lookAt)]);
    return changed;
  }

  // Each as a whole: half of it, because the breaker is trying just then, would leave a place that nobody gives back.
  return {
    acquire: (userId, connectionId, replaces) => ask(() => acquire(userId, connectionId, replaces)),
    renew: (userId, connectionId, isAway) => ask(() => renew(userId, connectionId, isAway)),
    // Once, and nobody waits for it: that is tried whatever the breaker says.
    async release(userId, connectionId) {
      const answer = await run('release', userId, { connectionId });
      // Never later: another connection may just have come elsewhere, and an early look does no harm.
      if (answer.lookAt > 0) await redis.client.zAdd(dueKeyOf(userId), { score: answer.lookAt, value: userId }, { comparison: 'LT' });
      return answer;
    },
    sweep: (most) => ask(async () => (await Promise.all(dueKeys.map((key) => sweepOne(key, most)))).flat()),
  };
}

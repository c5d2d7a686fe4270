import type { StreamId } from '@confab/contract';
import type { Core } from '@confab/core';
import type { Streams } from '@confab/stream';

import { inOneEpoch } from './one-epoch.ts';
import type { Standing } from './reader.ts';

export { mostToldPresences, presenceKey } from '@confab/core';
export type { PresenceStore } from '@confab/core';

/** Whose connection it is, and until when. */
export type Admission = Awaited<ReturnType<Core['tickets']['admit']>>;

export interface Access extends Pick<Core['tickets'], 'admit' | 'renew'>, Pick<Core['access'], 'acquainted' | 'fellows' | 'isLive'> {
  /** Of all streams that are the user's; his own comes first. */
  standings(userId: string): Promise<Standing[]>;
  standing(userId: string, stream: StreamId): Promise<Standing | undefined>;
}

export interface AccessDeps {
  readonly core: Pick<Core, 'access' | 'tickets'>;
  readonly streams: Pick<Streams, 'epoch' | 'heads'>;
}

/**
 * The gateway's only reader of core. Everything is of the primary, and every head is read before the membership that
 * goes with it: so whoever is then a member cannot have left at that head or below, after his joining. Whoever leaves
 * later does so at a higher number, which his reader will meet.
 */
export function createAccess({ core, streams }: AccessDeps): Access {
  async function readStandings(userId: string, epoch: string): Promise<Standing[]> {
    const own: StreamId = `user:${userId}`;
    // Rooms gained after this head are told on the user stream, so they need not be in the list.
    const ownHead = (await streams.heads([own])).get(own);
    if (ownHead === undefined) throw new Error(`there is no ${own}`);
    const before = await core.access.memberships(userId);
    const heads = await streams.heads(before.map(({ roomId }): StreamId => `room:${roomId}`));
    const now = await core.access.memberships(userId);
    const rooms = now.flatMap(({ roomId, joinedSeq }) => {
      const stream: StreamId = `room:${roomId}`;
      const head = heads.get(stream);
      return head === undefined ? [] : [{ stream, epoch, joinedSeq, head: Math.max(head, joinedSeq) }];
    });
    return [{ stream: own, epoch, joinedSeq: 0, head: ownHead }, ...rooms];
  }

  async function readStanding(userId: string, stream: StreamId, epoch: string): Promise<Standing | undefined> {
    const head = (await streams.heads([stream])).get(stream);
    if (head === undefined) return undefined;
    if (stream === `user:${userId}`) return { stream, epoch, joinedSeq: 0, head };
    const membership = await core.access.membership(userId, stream.slice('room:'.length));
    if (membership === undefined) return undefined;
    return { stream, epoch, joinedSeq: membership.joinedSeq, head: Math.max(head, membership.joinedSeq) };
  }

  return {
    admit: core.tickets.admit,
    renew: core.tickets.renew,
    isLive: core.access.isLive,
    acquainted: core.access.acquainted,
    fellows: core.access.fellows,
    standings: (userId) => inOneEpoch(streams, (epoch) => readStandings(userId, epoch)),
    standing: (userId, stream) => inOneEpoch(streams, (epoch) => readStanding(userId, stream, epoch)),
  };
}

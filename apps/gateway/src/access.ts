import type { StreamId } from '@confab/contract';
import type { Admission, Core, Entrance, Entrant, StreamsAccess, Ticket } from '@confab/core';
import { AppError, inSpan } from '@confab/runtime';
import type { Streams } from '@confab/stream';

import { gather } from './gather.ts';
import { inOneEpoch } from './one-epoch.ts';
import type { Standing } from './reader.ts';

export { mostToldPresences, presenceKey, ticketKeptSeconds } from '@confab/core';
export type { Admission, PresenceStore, Ticket } from '@confab/core';

/** Who comes in, and where he stands in all streams that are his; his own comes first. */
export interface Admitted {
  readonly admission: Admission;
  readonly standings: readonly Standing[];
}

export interface Access extends Pick<Core['access'], 'acquainted' | 'fellows' | 'isLive'> {
  readTicket: Core['tickets']['read'];
  renew: Core['tickets']['renew'];
  /**
   * Throws session.ended. The session's state is of the same moment as the standings: one that ends later says so on the user's stream, above
   * the head that is read here, so that his reader will meet it.
   */
  admit(ticket: Ticket): Promise<Admitted>;
  standings(userId: string): Promise<Standing[]>;
  standing(userId: string, stream: StreamId): Promise<Standing | undefined>;
}

export interface AccessDeps {
  readonly core: Pick<Core, 'access' | 'tickets'>;
  readonly streams: Pick<Streams, 'epoch' | 'heads'>;
}

/** One statement answers so many, and does not hold up the next for long. */
const mostAtOnce = 100;

/**
 * The gateway's only reader of core. Everything is of the primary, and no head is read after the membership that
 * goes with it: so whoever is then a member cannot have left at that head or below, after his joining. Whoever leaves
 * later does so at a higher number, which his reader will meet.
 */
export function createAccess({ core, streams }: AccessDeps): Access {
  const enter = gather<Entrant, { entrance: Entrance | undefined; epoch: string }>(
    (entrants) => inOneEpoch(streams, async (epoch) => (await core.access.entrances(entrants)).map((entrance) => ({ entrance, epoch }))),
    mostAtOnce,
  );

  async function readStandings(userId: string, epoch: string): Promise<Standing[]> {
    const found = await core.access.streams(userId);
    if (found === undefined) throw new Error(`there is no user:${userId}`);
    return standingsOf(userId, found, epoch);
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
    readTicket: core.tickets.read,
    renew: core.tickets.renew,
    isLive: core.access.isLive,
    acquainted: core.access.acquainted,
    fellows: core.access.fellows,
    // The statement is part of the trace of one of those whom it lets in: the others have this.
    admit: ({ userId, sessionId, connectionExpiresAt: expiresAt }) =>
      inSpan('access.admit', {}, async () => {
        const { entrance, epoch } = await enter({ userId, sessionId });
        if (entrance?.isLive !== true) throw new AppError('session.ended');
        return { admission: { user: entrance.user, sessionId, expiresAt }, standings: standingsOf(userId, entrance, epoch) };
      }),
    standings: (userId) => inOneEpoch(streams, (epoch) => readStandings(userId, epoch)),
    standing: (userId, stream) => inOneEpoch(streams, (epoch) => readStanding(userId, stream, epoch)),
  };
}

/** Rooms gained after these heads are told on the user's own stream. */
function standingsOf(userId: string, { head: ownHead, rooms }: StreamsAccess, epoch: string): Standing[] {
  const own: Standing = { stream: `user:${userId}`, epoch, joinedSeq: 0, head: ownHead };
  return [own, ...rooms.map(({ roomId, joinedSeq, head }): Standing => ({ stream: `room:${roomId}`, epoch, joinedSeq, head: Math.max(head, joinedSeq) }))];
}

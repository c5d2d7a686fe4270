import type { Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import type { Clock } from '@confab/runtime';

import { findMember, listAcquainted, listFellows } from '../members/members.repository.ts';
import { isLive } from '../sessions/sessions.policy.ts';
import { findSession } from '../sessions/sessions.repository.ts';
import { presentUserSummary } from '../users/users.presenter.ts';
import { type Entrant, type EntrantRow, listEntrants } from './access.repository.ts';

export type { Entrant } from './access.repository.ts';

/** Where a member's part of a room's log begins. */
export interface MembershipAccess {
  readonly roomId: string;
  readonly joinedSeq: number;
}

/** Somebody's own stream and those of his rooms, as they were at one moment: what he was a member of then he had not left at those heads. */
export interface StreamsAccess {
  readonly head: number;
  readonly rooms: readonly (MembershipAccess & { readonly head: number })[];
}

/** All of it of one moment: a session that was live then and ended since has told so on the user's stream, above this head. */
export interface Entrance extends StreamsAccess {
  readonly user: Schemas['UserSummary'];
  readonly isLive: boolean;
}

/** What the gateway reads before it attaches a socket; always from the primary. */
export interface Access {
  /** Of each in turn; undefined: there is no such user. */
  entrances(entrants: readonly Entrant[]): Promise<(Entrance | undefined)[]>;
  streams(userId: string): Promise<StreamsAccess | undefined>;
  membership(userId: string, roomId: string): Promise<MembershipAccess | undefined>;
  /** Everybody in a room of his; one more than `most` if they are more. Undefined: not his. */
  fellows(userId: string, roomId: string, most: number): Promise<string[] | undefined>;
  /** Those of them with whom he shares a room. */
  acquainted(userId: string, userIds: readonly string[]): Promise<string[]>;
  isLive(sessionId: string): Promise<boolean>;
}

export function createAccess({ database, clock }: { database: Database; clock: Clock }): Access {
  async function entrances(entrants: readonly Entrant[]): Promise<(Entrance | undefined)[]> {
    const now = clock.now();
    const found = new Map((await listEntrants(database.primary, entrants)).map((row) => [row.n, entranceOf(row, now)]));
    return entrants.map((_, index) => found.get(index + 1));
  }

  return {
    entrances,
    streams: async (userId) => (await entrances([{ userId, sessionId: null }]))[0],
    async membership(userId, roomId) {
      const row = await findMember(database.primary, roomId, userId);
      return row && { roomId, joinedSeq: row.joined_seq };
    },
    async fellows(userId, roomId, most) {
      const userIds = await listFellows(database.primary, roomId, userId, most + 1);
      return userIds.length === 0 ? undefined : userIds;
    },
    acquainted: (userId, userIds) => (userIds.length === 0 ? Promise.resolve([]) : listAcquainted(database.primary, userId, userIds)),
    isLive: async (sessionId) => isLive(await findSession(database.primary, sessionId), clock.now()),
  };
}

function entranceOf(row: EntrantRow, now: number): Entrance {
  const { expires_at, ended_at, head } = row;
  const rooms = (row.rooms ?? []).map(([roomId, joinedSeq, roomHead]) => ({ roomId, joinedSeq, head: roomHead }));
  return { user: presentUserSummary(row), isLive: expires_at !== null && isLive({ expires_at, ended_at }, now), head, rooms };
}

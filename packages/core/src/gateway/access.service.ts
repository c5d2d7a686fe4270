import type { Database } from '@confab/db';
import type { Clock } from '@confab/runtime';

import { findMember, listAcquainted, listFellows, listMemberships } from '../members/members.repository.ts';
import { isLive } from '../sessions/sessions.policy.ts';
import { findSession } from '../sessions/sessions.repository.ts';

/** Where a member's part of a room's log begins. */
export interface MembershipAccess {
  readonly roomId: string;
  readonly joinedSeq: number;
}

/** What the gateway reads before it attaches a socket; always from the primary. */
export interface Access {
  memberships(userId: string): Promise<MembershipAccess[]>;
  membership(userId: string, roomId: string): Promise<MembershipAccess | undefined>;
  /** Everybody in a room of his; one more than `most` if they are more. Undefined: not his. */
  fellows(userId: string, roomId: string, most: number): Promise<string[] | undefined>;
  /** Those of them with whom he shares a room. */
  acquainted(userId: string, userIds: readonly string[]): Promise<string[]>;
  /** To be asked once the socket follows its user stream: a session that ended between `admit` and then told nobody. */
  isLive(sessionId: string): Promise<boolean>;
}

export function createAccess({ database, clock }: { database: Database; clock: Clock }): Access {
  return {
    async memberships(userId) {
      const rows = await listMemberships(database.primary, userId);
      return rows.map((row) => ({ roomId: row.room_id, joinedSeq: row.joined_seq }));
    },
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

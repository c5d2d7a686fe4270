/** Where a member's part of a room's log begins. */
export interface MembershipAccess {
  readonly roomId: string;
  readonly joinedSeq: number;
}

/** What the gateway reads before it attaches a socket; always from the primary. */
export interface Access {
  memberships(userId: string): Promise<MembershipAccess[]>;
  membership(userId: string, roomId: string): Promise<MembershipAccess | undefined>;
  /** To be asked once the socket follows its user stream: a session that ended between `admit` and then told nobody. */
  isLive(sessionId: string): Promise<boolean>;
}

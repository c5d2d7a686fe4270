/** A lost answer, two tabs, a laptop that slept: so long after the successor was first used a refresh may be repeated. */
export const repeatWithinMs = 30_000;

interface Session {
  readonly generation: number;
  /** When the live generation, or an access token issued with it, was first used. */
  readonly used_at: Date | null;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
}

export function isLive(session: Pick<Session, 'expires_at' | 'ended_at'> | undefined, now: number): boolean {
  return session !== undefined && session.ended_at === null && session.expires_at.getTime() > now;
}

export type RefreshVerdict = 'rotate' | 'repeat' | 'reuse';

/** Go on to the next generation, answer the live one again, or somebody else has a copy. A token ahead of what is known was issued. */
export function judgeRefresh({ generation, usedAt }: { generation: number; usedAt: number | null }, token: number, now: number): RefreshVerdict {
  if (token >= generation) return 'rotate';
  const isPrevious = token === generation - 1;
  return isPrevious && (usedAt === null || now - usedAt < repeatWithinMs) ? 'repeat' : 'reuse';
}

/** A lost answer, two tabs, a laptop that slept: for so long a refresh may be repeated. */
export const repeatWithinMs = 30_000;

interface Session {
  readonly generation: number;
  readonly rotated_at: Date;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
}

export function isLive(session: Session | undefined, now: number): session is Session {
  return session !== undefined && session.ended_at === null && session.expires_at.getTime() > now;
}

/** What a refresh token that could not be followed means: its successor again, or that somebody else has a copy. */
export function judgeRefresh(session: Session | undefined, generation: number, now: number): 'repeat' | 'reuse' | 'over' {
  if (!isLive(session, now)) return 'over';
  const isPrevious = session.generation === generation + 1;
  return isPrevious && now - session.rotated_at.getTime() <= repeatWithinMs ? 'repeat' : 'reuse';
}

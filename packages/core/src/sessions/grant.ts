import { presentAuthSession } from './sessions.presenter.ts';
import type { UserRow } from '../users/users.repository.ts';
import type { RefreshTokens } from './refresh-token.ts';
import type { SignedIn } from './sign-in.service.ts';
import type { Tokens } from './tokens.ts';

/** How long a session lives that is not used, and how long any lives. */
export const sessionDays = 30;
export const absoluteDays = 90;

/** Makes the tokens of a session's generation. The refresh token is the same whenever it is made; access tokens are not. */
export type Grant = (user: UserRow, sessionId: string, generation: number) => Promise<SignedIn>;

export function createGrant({ tokens, refreshTokens }: { tokens: Tokens; refreshTokens: RefreshTokens }): Grant {
  return async (user, sessionId, generation) => {
    const accessToken = await tokens.issue('access', { userId: user.id, sessionId, generation });
    return presentAuthSession(sessionId, user, accessToken, refreshTokens.make(sessionId, generation));
  };
}

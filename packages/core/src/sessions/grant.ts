import type { Schemas } from '@confab/contract';

import type { UserRow } from '../users/users.repository.ts';
import type { RefreshTokens } from './refresh-token.ts';
import { presentAuthSession } from './sessions.presenter.ts';
import type { Tokens } from './tokens.ts';

/** How long a session lives that is not used, and how long any lives. */
export const sessionDays = 30;
export const absoluteDays = 90;

/** Which place the refresh token goes to is the business of whoever answers. */
export type SignedIn = Schemas['AuthSession'] & { refreshToken: string };

/** Makes the tokens of a session's generation. The refresh token is the same whenever it is made; access tokens are not. */
export type Grant = (user: UserRow, sessionId: string, generation: number) => Promise<SignedIn>;

export function createGrant({ tokens, refreshTokens }: { tokens: Tokens; refreshTokens: RefreshTokens }): Grant {
  return async (user, sessionId, generation) => {
    const accessToken = await tokens.issue('access', { userId: user.id, sessionId, generation });
    return presentAuthSession(sessionId, user, accessToken, refreshTokens.make(sessionId, generation));
  };
}

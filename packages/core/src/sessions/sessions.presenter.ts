import type { Schemas } from '@confab/contract';

import { presentCurrentUser } from '../users/users.presenter.ts';
import type { UserRow } from '../users/users.repository.ts';
import { tokenKinds } from './tokens.ts';

export function presentAuthSession(sessionId: string, user: UserRow, accessToken: string, refreshToken: string): Schemas['AuthSession'] {
  return {
    user: presentCurrentUser(user),
    sessionId,
    accessToken,
    accessTokenExpiresInSeconds: tokenKinds.access.lifetimeSeconds,
    refreshToken,
  };
}

import type { Schemas } from '@confab/contract';

import { presentCurrentUser } from '../users/users.presenter.ts';
import type { UserRow } from '../users/users.repository.ts';
import type { ListedSession } from './sessions.repository.ts';
import { tokenKinds } from './tokens.ts';

export function presentAuthSession(sessionId: string, user: UserRow, accessToken: string, refreshToken: string): Schemas['AuthSession'] & { refreshToken: string } {
  return {
    user: presentCurrentUser(user),
    sessionId,
    accessToken,
    accessTokenExpiresInSeconds: tokenKinds.access.lifetimeSeconds,
    refreshToken,
  };
}

export function presentSession(row: ListedSession, currentId: string): Schemas['Session'] {
  return {
    id: row.id,
    device: row.user_agent,
    address: row.address,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    isCurrent: row.id === currentId,
  };
}

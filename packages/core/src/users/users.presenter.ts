import type { Schemas } from '@confab/contract';

import type { UserRow } from './users.repository.ts';

export function presentCurrentUser(row: UserRow): Schemas['CurrentUser'] {
  return {
    id: row.id,
    kind: row.kind,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    createdAt: row.created_at.toISOString(),
  };
}

export function presentUserSummary(row: { readonly id: string; readonly username: string; readonly display_name: string }): Schemas['UserSummary'] {
  return { id: row.id, username: row.username, displayName: row.display_name };
}

import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function usersRoutes({ users }: Core): Pick<Operations, 'getMe'> {
  return {
    getMe: (_, { actor }) => users.me(actor),
  };
}

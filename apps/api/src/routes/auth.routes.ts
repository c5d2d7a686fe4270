import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function authRoutes({ sessions }: Core): Pick<Operations, 'registerUser' | 'signIn' | 'refreshSession' | 'signOut'> {
  return {
    registerUser: ({ body }, { device }) => sessions.register(body, device),
    signIn: ({ body }, { device }) => sessions.signIn(body, device),
    refreshSession: ({ body }) => sessions.refresh(body.refreshToken),
    signOut: (_, { actor }) => sessions.end(actor),
  };
}

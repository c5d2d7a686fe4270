import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConfab } from '../../../lib/sdk/use-confab.ts';

const key = ['sessions'];

/** Where I am signed in. A session that ends leaves at once, one that begins comes when the list is looked at again. */
export function useSessions() {
  const confab = useConfab();
  const client = useQueryClient();
  useEffect(() => confab.realtime.on('session.ended', () => client.invalidateQueries({ queryKey: key })), [confab, client]);
  return useQuery({ queryKey: key, queryFn: ({ signal }) => confab.rest.listSessions({ signal }), refetchOnWindowFocus: true });
}

export function useEndSession() {
  const confab = useConfab();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sessionId: string) => confab.rest.endSession(sessionId),
    // Also when it failed: it may have ended already.
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
}

export function useSignOutEverywhere() {
  const confab = useConfab();
  return useMutation({
    mutationFn: async () => {
      await confab.rest.signOutEverywhere();
      await confab.auth.signOut();
    },
  });
}

export function useChangePassword() {
  const confab = useConfab();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: { currentPassword: string; newPassword: string }) => confab.rest.changePassword(change),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

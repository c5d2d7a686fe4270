import { useMutation } from '@tanstack/react-query';
import { useConfab } from '../../../lib/sdk/use-confab.ts';

/** The lists follow by the events that these make. */
export function useAddMember(roomId: string) {
  const confab = useConfab();
  return useMutation({ mutationFn: (username: string) => confab.rest.addMember(roomId, { username }) });
}

export function useRemoveMember(roomId: string) {
  const confab = useConfab();
  return useMutation({ mutationFn: (userId: string) => confab.rest.removeMember(roomId, userId) });
}

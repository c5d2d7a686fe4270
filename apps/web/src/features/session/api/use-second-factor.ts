import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useConfab } from '../../../lib/sdk/use-confab.ts';

const key = ['second-factor'];

export function useSecondFactor() {
  const confab = useConfab();
  return useQuery({ queryKey: key, queryFn: ({ signal }) => confab.rest.getSecondFactor({ signal }) });
}

/** What these answer is shown once and kept nowhere. */
export function useSecondFactorSetup() {
  const confab = useConfab();
  const client = useQueryClient();
  const forget = () => client.invalidateQueries({ queryKey: key });
  return {
    enrolling: useMutation({ mutationFn: (password: string) => confab.rest.enrolSecondFactor({ password }), gcTime: 0 }),
    confirming: useMutation({ mutationFn: (code: string) => confab.rest.confirmSecondFactor({ code }), onSuccess: forget, gcTime: 0 }),
  };
}

export function useRemoveSecondFactor() {
  const confab = useConfab();
  const client = useQueryClient();
  return useMutation({ mutationFn: (password: string) => confab.rest.removeSecondFactor({ password }), onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

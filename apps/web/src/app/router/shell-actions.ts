import { createContext, use } from 'react';

/** What any screen may ask of the shell around it. */
export type ShellActions = { createRoom: () => void; openSwitcher: () => void };

export const ShellActionsContext = createContext<ShellActions | undefined>(undefined);

export function useShellActions(): ShellActions {
  const actions = use(ShellActionsContext);
  if (!actions) throw new Error('there is no shell around this screen');
  return actions;
}

import type { Confab } from '@confab/sdk';
import { createContext, use } from 'react';

export const ConfabContext = createContext<Confab | undefined>(undefined);

export function useConfab(): Confab {
  const confab = use(ConfabContext);
  if (!confab) throw new Error('there is no ConfabContext above this component');
  return confab;
}

import { useSyncExternalStore } from 'react';
import { localStore } from '../local-store.ts';

export type Preferences = {
  theme: 'system' | 'light' | 'dark';
  density: 'cosy' | 'compact';
  enterSends: boolean;
};

const key = 'confab.preferences';
const defaults: Preferences = { theme: 'system', density: 'cosy', enterSends: true };

let current: Preferences | undefined;

// Asked for at first use, not at import; public/appearance.js has applied the looks before.
function read(): Preferences {
  current ??= { ...defaults, ...(localStore.read(key) as Partial<Preferences> | undefined) };
  return current;
}

const changed = new EventTarget();

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...read(), ...change };
  localStore.write(key, current);
  applyLooks(current);
  changed.dispatchEvent(new Event('change'));
}

function applyLooks({ theme, density }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  if (density === 'cosy') delete dataset['density'];
  else dataset['density'] = density;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((notify) => {
    changed.addEventListener('change', notify);
    return () => changed.removeEventListener('change', notify);
  }, read);
}

import { useEffect, useRef } from 'react';

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

/** How this machine writes its command key, to stand before another key's name. */
export const modifierKey = isApple ? '⌘' : 'Ctrl+';

const hasModifier = (event: KeyboardEvent) => (isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey);

/** Shortcuts of the whole page by name: `mod+k`, `alt+ArrowDown`. A handler that was run has used up the key. */
export function useShortcuts(handlers: Record<string, () => void>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const name = `${hasModifier(event) ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
      const run = latest.current[name];
      if (!run || event.defaultPrevented) return;
      event.preventDefault();
      run();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

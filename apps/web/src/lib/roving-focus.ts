import type { KeyboardEvent } from 'react';

const steps: Record<string, (index: number, count: number) => number> = {
  ArrowDown: (index, count) => Math.min(index + 1, count - 1),
  ArrowUp: (index) => Math.max(index - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Arrow keys within a list that is one Tab stop: its items bear `data-roving`, and exactly one of them tabIndex 0. */
export function moveRovingFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-roving]')];
  const from = items.indexOf(document.activeElement as HTMLElement);
  if (from < 0) return;
  event.preventDefault();
  items[step(from, items.length)]?.focus();
}

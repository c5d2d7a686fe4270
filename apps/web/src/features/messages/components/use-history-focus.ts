import { type FocusEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import type { Row } from '../api/rows.ts';

const isStop = (row: Row | undefined) => row?.kind === 'message' || row?.kind === 'pending';

/** One Tab stop for the whole history; arrows go from message to message, Home and End to the ends of what is loaded. */
export function useHistoryFocus(rows: Row[]) {
  const [activeKey, setActiveKey] = useState<string>();
  const goal = useRef<string>(undefined);
  const known = activeKey === undefined ? -1 : rows.findIndex((row) => row.key === activeKey);
  const activeIndex = known >= 0 ? known : rows.findLastIndex(isStop);

  // The row an arrow leads to may have to be mounted first.
  useLayoutEffect(() => {
    if (goal.current === undefined) return;
    const element = document.querySelector<HTMLElement>(`[data-roving][data-key="${CSS.escape(goal.current)}"]`);
    if (!element) return;
    goal.current = undefined;
    element.focus({ preventScroll: true });
  });

  function find(from: number, step: 1 | -1): number {
    for (let index = from; index >= 0 && index < rows.length; index += step) if (isStop(rows[index])) return index;
    return -1;
  }

  function targetOf(key: string, index: number): number | undefined {
    if (key === 'ArrowUp') return find(index - 1, -1);
    if (key === 'ArrowDown') return find(index + 1, 1);
    if (key === 'Home') return find(0, 1);
    if (key === 'End') return find(rows.length - 1, -1);
    return undefined;
  }

  return {
    activeIndex,
    /** True if the key was one of its own. */
    move(event: KeyboardEvent<HTMLElement>, reveal: (index: number) => void): boolean {
      if (!(event.target as Element).hasAttribute('data-roving') || event.ctrlKey || event.metaKey || event.altKey) return false;
      const index = targetOf(event.key, activeIndex);
      if (index === undefined) return false;
      event.preventDefault();
      const row = rows[index];
      if (!row) return true;
      goal.current = row.key;
      setActiveKey(row.key);
      reveal(index);
      return true;
    },
    propsOf(row: Row, index: number) {
      if (!isStop(row)) return {};
      return {
        'data-roving': '',
        tabIndex: index === activeIndex ? 0 : -1,
        onFocus: (event: FocusEvent) => {
          if (event.target === event.currentTarget) setActiveKey(row.key);
        },
      };
    },
  };
}

import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Row } from '../api/rows.ts';
import { estimateHeight } from './estimate-height.ts';

type Input = {
  scroller: RefObject<HTMLDivElement | null>;
  rows: Row[];
  /** The row that holds the keyboard's place: it stays mounted wherever one scrolls. */
  pinnedIndex: number;
  older: { hasMore: boolean; isLoading: boolean; error: unknown; load: () => Promise<void> };
  newer: { hasMore: boolean; load: () => Promise<void> };
  followKey: number;
  onAtEndChange: (isAtEnd: boolean) => void;
};

const endThresholdPx = 48;
// Far enough ahead that even a fast wheel rarely meets the edge.
const loadWithinPx = 1500;
// Twice what the library takes for having arrived.
const stillFrames = 4;

export function useHistoryScroll({ scroller, rows, pinnedIndex, older, newer, followKey, onAtEndChange }: Input) {
  const [isAtEnd, setAtEnd] = useState(true);
  // Read in layout effects, where state would be a render late.
  const sticks = useRef(true);

  // A new function would make the list measure itself anew at every render.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: (index) => estimateHeight(rows[index]),
    overscan: 10,
    anchorTo: 'end',
    paddingEnd: 12,
    scrollPaddingStart: 48,
    scrollEndThreshold: endThresholdPx,
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      if (pinnedIndex < 0 || pinnedIndex >= range.count || indexes.includes(pinnedIndex)) return indexes;
      return [...indexes, pinnedIndex].sort((a, b) => a - b);
    },
  });

  const noteEnd = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const isNowAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= endThresholdPx;
    sticks.current = isNowAtEnd;
    setAtEnd(isNowAtEnd);
  }, [scroller]);

  // The first look: at the first unread message, otherwise at the newest.
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || rows.length === 0) return;
    isPlaced.current = true;
    const unread = rows.findIndex((row) => row.kind === 'unread');
    if (unread >= 0) {
      sticks.current = false;
      virtualizer.scrollToIndex(unread, { align: 'start' });
    } else virtualizer.scrollToEnd();
  }, [rows, virtualizer]);

  // Getting there takes several frames, and is to an index: with older rows put above it would be another row.
  const hasRows = rows.length > 0;
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    if (!hasRows) return;
    let [last, still, frame] = [-1, 0, 0];
    const look = () => {
      const top = scroller.current?.scrollTop ?? 0;
      still = top === last ? still + 1 : 0;
      last = top;
      if (still >= stillFrames) setThere(true);
      else frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [hasRows, scroller]);

  const followed = useRef(followKey);
  if (followed.current !== followKey) {
    followed.current = followKey;
    sticks.current = true;
  }

  // At the end one stays at the end, whatever is appended, grows, or turns from pending into real.
  useLayoutEffect(() => {
    if (sticks.current) virtualizer.scrollToEnd();
  }, [rows, virtualizer]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    element.addEventListener('scroll', noteEnd, { passive: true });
    // The composer grows, the window shrinks, a panel opens: the newest line stays in sight.
    const resized = new ResizeObserver(() => (sticks.current ? virtualizer.scrollToEnd() : noteEnd()));
    resized.observe(element);
    return () => {
      element.removeEventListener('scroll', noteEnd);
      resized.disconnect();
    };
  }, [scroller, virtualizer, noteEnd]);

  useEffect(() => onAtEndChange(isAtEnd), [isAtEnd, onAtEndChange]);

  // Asked of the element, at every move: what the last render knew of the offset is from before it was placed.
  const { scrollOffset } = virtualizer;
  useEffect(() => {
    const element = scroller.current;
    if (!element || !isThere) return;
    const isNearStart = element.scrollTop < loadWithinPx;
    if (isNearStart && older.hasMore && !older.isLoading && !older.error) void older.load();
    const isNearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < loadWithinPx;
    if (isNearEnd && newer.hasMore) void newer.load();
  }, [scroller, scrollOffset, rows, older, newer, isThere]);

  const scrollToEnd = useCallback(() => {
    sticks.current = true;
    virtualizer.scrollToEnd();
  }, [virtualizer]);

  return { virtualizer, isAtEnd, scrollToEnd };
}

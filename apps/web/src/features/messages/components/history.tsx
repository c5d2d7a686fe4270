import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useRef } from 'react';
import { Button } from '../../../components/button.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import { useDelayed } from '../../../lib/use-delayed.ts';
import type { Row } from '../api/rows.ts';
import styles from './history.module.css';
import { useHistoryFocus } from './use-history-focus.ts';
import { useHistoryScroll } from './use-history-scroll.ts';

export type HistoryProps = {
  roomName: string;
  rows: Row[];
  renderRow: (row: Row) => ReactNode;
  older: { hasMore: boolean; isLoading: boolean; error: unknown; load: () => Promise<void> };
  newer: { hasMore: boolean; load: () => Promise<void> };
  newCount: number;
  /** A new value goes to the end, as one's own send does. */
  followKey: number;
  onAtEndChange: (isAtEnd: boolean) => void;
  onJumpToNewest: () => void;
  /** Where what is typed over the history should go. */
  composer: RefObject<HTMLTextAreaElement | null>;
};

/** The virtual list of a room's messages: stays at the end while there, keeps its place everywhere else. */
export function History({ roomName, rows, renderRow, older, newer, newCount, followKey, onAtEndChange, onJumpToNewest, composer }: HistoryProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const focus = useHistoryFocus(rows);
  const { virtualizer, isAtEnd, scrollToEnd } = useHistoryScroll({ scroller, rows, pinnedIndex: focus.activeIndex, older, newer, followKey, onAtEndChange });
  const isOlderSlow = useDelayed(older.isLoading, 150);

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (focus.move(event, (index) => virtualizer.scrollToIndex(index, { align: 'auto' }))) return;
    const isText = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isText && (event.target as Element).closest('button, a, input, summary') === null) composer.current?.focus();
  }

  return (
    <div className={styles['history']}>
      {isOlderSlow ? <div className={styles['loading']} role="status"><span className="visually-hidden">{strings.messages.loadingOlder}</span></div> : null}
      {older.error ? (
        <div className={styles['olderFailed']} role="alert">
          {strings.messages.olderFailed} <Button size="small" onClick={() => void older.load()}>{strings.retry}</Button>
        </div>
      ) : null}
      <div ref={scroller} className={styles['scroller']} data-testid="history">
        <div role="list" aria-label={strings.messages.history(roomName)} className={styles['sizer']} style={{ height: virtualizer.getTotalSize() }} onKeyDown={onKeyDown}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div key={row.key} ref={virtualizer.measureElement} data-index={item.index} data-key={row.key} role="listitem" {...focus.propsOf(row, item.index)} className={styles['item']} style={{ top: item.start }}>
                {renderRow(row)}
              </div>
            );
          })}
        </div>
      </div>
      {isAtEnd && !newer.hasMore ? null : (
        <div className={styles['jump']}>
          <Button look="primary" size="small" onClick={() => { onJumpToNewest(); scrollToEnd(); }}>
            <ArrowDown size={14} aria-hidden="true" />
            {strings.messages.jumpToNewest}
            {newCount > 0 ? ` · ${strings.messages.newCount(newCount)}` : null}
          </Button>
        </div>
      )}
    </div>
  );
}

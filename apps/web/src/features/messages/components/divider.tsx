import type { ReactNode } from 'react';
import { cx } from '../../../lib/cx.ts';
import styles from './row.module.css';

export function Divider({ children, isUnread = false }: { children: ReactNode; isUnread?: boolean }) {
  return <div className={cx(styles['divider'], isUnread && styles['unread'])}>{children}</div>;
}

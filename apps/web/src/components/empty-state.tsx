import type { ReactNode } from 'react';
import styles from './states.module.css';

type Props = { icon?: ReactNode; title: string; children?: ReactNode; action?: ReactNode };

/** Nothing here yet: one sentence, and the one thing to do about it. */
export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <div className={styles['state']}>
      {icon ? <span aria-hidden="true" className={styles['icon']}>{icon}</span> : null}
      <p className={styles['title']}>{title}</p>
      {children ? <div className={styles['text']}>{children}</div> : null}
      {action}
    </div>
  );
}

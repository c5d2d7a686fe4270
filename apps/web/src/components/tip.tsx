import type { ReactNode } from 'react';
import { Tooltip } from 'react-aria-components/Tooltip';
import styles from './icon-button.module.css';

export function Tip({ children, shortcut }: { children: ReactNode; shortcut?: string | undefined }) {
  return (
    <Tooltip offset={6} className={styles['tip'] ?? ''}>
      {children}
      {shortcut ? <kbd>{shortcut}</kbd> : null}
    </Tooltip>
  );
}

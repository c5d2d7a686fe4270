import { cx } from '../lib/cx.ts';
import { strings } from '../lib/strings/strings.ts';
import styles from './presence-dot.module.css';

type Props = { state: string; isBadge?: boolean };

// Full, half, hollow: the shape says it, the colour only helps.
const shapes: Record<string, string> = {
  online: 'M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0Z',
  away: 'M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0Zm0 1.6v6.8a3.4 3.4 0 0 1 0-6.8Z',
  offline: 'M5 0a5 5 0 1 0 0 10A5 5 0 0 0 5 0Zm0 1.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4Z',
};

/** Whether somebody is here. Nothing for a state that this version does not know. */
export function PresenceDot({ state, isBadge = false }: Props) {
  if (!shapes[state]) return null;
  return (
    <span className={cx(styles['presence'], styles[state], isBadge && styles['badge'])}>
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><path fill="currentColor" fillRule="evenodd" d={shapes[state]} /></svg>
      <span className="visually-hidden">{strings.presence.states[state]}</span>
    </span>
  );
}

import { cx } from '../lib/cx.ts';
import styles from './avatar.module.css';

type Props = { id: string; name: string; size?: 'message' | 'regular' | 'large' };

/** Initials on a colour of the person's own. Decoration: the name always stands beside it. */
export function Avatar({ id, name, size = 'regular' }: Props) {
  return (
    <span aria-hidden="true" className={cx(styles['avatar'], styles[size])} style={{ ['--hue' as string]: hueOf(id) }}>
      {initialsOf(name)}
    </span>
  );
}

function hueOf(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) | 0;
  return Math.abs(hash) % 360;
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase();
}

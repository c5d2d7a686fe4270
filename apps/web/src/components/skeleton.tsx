import { strings } from '../lib/strings/strings.ts';
import { useDelayed } from '../lib/use-delayed.ts';
import styles from './states.module.css';

/** Shown only once loading has taken 150 ms: what is faster than that should look instant. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const isDue = useDelayed(true, 150);
  if (!isDue) return null;
  return (
    <div className={styles['skeleton']} role="status">
      <span className="visually-hidden">{strings.loading}</span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={styles['bone']} style={{ width: `${[62, 84, 48, 73, 55, 90][index % 6]}%` }} />
      ))}
    </div>
  );
}

import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../../components/failure.tsx';
import styles from './shell.module.css';

/** A fault of the page itself, or a part of it that could not be loaded. */
export function Broken({ error }: ErrorComponentProps) {
  return <main className={styles['alone']}><Failure error={error} onRetry={() => location.reload()} /></main>;
}

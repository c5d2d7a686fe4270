import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

export function NotFound() {
  return (
    <main className={styles['alone']}>
      <EmptyState icon={<SearchX size={24} />} title={strings.rooms.notFound} action={<Link to="/">{strings.rooms.goneAction}</Link>} />
    </main>
  );
}

import { MessagesSquare } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { modifierKey } from '../../lib/shortcuts.ts';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

export function HomeScreen() {
  return (
    <main id="conversation" tabIndex={-1} className={styles['page']}>
      <title>{strings.product}</title>
      <EmptyState icon={<MessagesSquare size={24} />} title={strings.rooms.chooseTitle}>{strings.rooms.chooseText(`${modifierKey}K`)}</EmptyState>
    </main>
  );
}

import { Link } from '@tanstack/react-router';
import { Compass, Plus, Search, Settings } from 'lucide-react';
import { Avatar } from '../../../components/avatar.tsx';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Failure } from '../../../components/failure.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { cx } from '../../../lib/cx.ts';
import type { CurrentUser } from '../../../lib/sdk/models.ts';
import { modifierKey } from '../../../lib/shortcuts.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { inOrder, useMyRooms } from '../api/use-my-rooms.ts';
import { RoomList } from './room-list.tsx';
import styles from './sidebar.module.css';

type Props = { user: CurrentUser; currentRoomId: string | undefined; onCreate: () => void; onSwitch: () => void };

export function Sidebar({ user, currentRoomId, onCreate, onSwitch }: Props) {
  return (
    <div className={styles['sidebar']}>
      <header className={styles['header']}>
        <img src="/icon.svg" alt="" width={22} height={22} />
        <h1 className={styles['product']}>{strings.product}</h1>
        <IconButton label={strings.rooms.create} onClick={onCreate}><Plus size={18} /></IconButton>
      </header>
      <div className={styles['jump']}>
        <button type="button" className={styles['jumpButton']} onClick={onSwitch}>
          <Search size={15} aria-hidden="true" />
          <span>{strings.switcher.open}</span>
          <kbd aria-hidden="true">{modifierKey}K</kbd>
        </button>
      </div>
      <nav aria-label={strings.rooms.title} className={styles['nav']}>
        <Link to="/browse" className={styles['browse']} activeProps={{ className: cx(styles['browse'], styles['current']) }}>
          <Compass size={16} aria-hidden="true" />
          {strings.rooms.browse}
        </Link>
        <h2 className={styles['heading']}>{strings.rooms.title}</h2>
        <Rooms currentRoomId={currentRoomId} onCreate={onCreate} />
      </nav>
      <footer className={styles['footer']}>
        <Avatar id={user.id} name={user.displayName} />
        <span className={styles['who']}>
          <span className={styles['displayName']}>{user.displayName}</span>
          <span className={styles['username']}>@{user.username}</span>
        </span>
        <Link to="/settings" aria-label={strings.settings.open} data-tip={strings.settings.open} className={styles['settings']}><Settings size={18} aria-hidden="true" /></Link>
      </footer>
    </div>
  );
}

function Rooms({ currentRoomId, onCreate }: { currentRoomId: string | undefined; onCreate: () => void }) {
  const { data, error, refetch } = useMyRooms();
  if (data) {
    if (data.rooms.length > 0) return <RoomList rooms={inOrder(data.rooms)} currentRoomId={currentRoomId} />;
    return (
      <EmptyState title={strings.rooms.none} action={<Button size="small" onClick={onCreate}>{strings.rooms.create}</Button>}>
        {strings.rooms.noneText}
      </EmptyState>
    );
  }
  return error ? <Failure title={strings.rooms.failed} error={error} onRetry={() => void refetch()} /> : <Skeleton />;
}

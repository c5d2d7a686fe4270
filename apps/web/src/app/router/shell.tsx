import { Outlet, useNavigate, useParams, useRouteContext, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { TipLayer } from '../../components/tip-layer.tsx';
import { ConnectionStatus } from '../../features/connection/components/connection-status.tsx';
import { usePendingSends } from '../../features/messages/api/outbox-context.ts';
import { inOrder, useMyRooms } from '../../features/rooms/api/use-my-rooms.ts';
import { Sidebar } from '../../features/rooms/components/sidebar.tsx';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { strings } from '../../lib/strings/strings.ts';
import { LiveData } from '../providers/live-data.tsx';
import styles from './shell.module.css';
import { ShellActionsContext } from './shell-actions.ts';

const CreateRoomDialog = lazy(() => import('../../features/rooms/components/create-room-dialog.tsx').then((module) => ({ default: module.CreateRoomDialog })));
const Switcher = lazy(() => import('./switcher.tsx').then((module) => ({ default: module.Switcher })));

/** Sidebar, conversation, panel; one after the other where there is no room for them side by side. */
export function Shell() {
  const { user } = useRouteContext({ from: '/shell' });
  const { roomId } = useParams({ strict: false });
  const isHome = useRouterState({ select: (state) => state.location.pathname === '/' });
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'create' | 'switch'>();
  const actions = useMemo(() => ({ createRoom: () => setDialog('create'), openSwitcher: () => setDialog('switch') }), []);
  const openRoom = (id: string) => void navigate({ to: '/rooms/$roomId', params: { roomId: id } });
  const close = () => setDialog(undefined);

  return (
    <LiveData key={user.id} userId={user.id}>
      <ShellActionsContext value={actions}>
        <div className={styles['shell']} data-screen={isHome ? 'list' : 'conversation'}>
          <a href="#conversation" className={styles['skip']}>{strings.skipToConversation}</a>
          <aside aria-label={strings.sidebar} className={styles['sidebar']}>
            <Sidebar user={user} currentRoomId={roomId} onCreate={actions.createRoom} onSwitch={actions.openSwitcher} />
          </aside>
          <Outlet />
        </div>
        <Shortcuts roomId={roomId} onSwitch={actions.openSwitcher} openRoom={openRoom} />
        <Connection />
        <TipLayer />
        <Suspense>
          {dialog === 'create' ? <CreateRoomDialog onClose={close} onCreated={(room) => { close(); openRoom(room.id); }} /> : null}
          {dialog === 'switch' ? <Switcher onClose={close} onCreate={actions.createRoom} /> : null}
        </Suspense>
      </ShellActionsContext>
    </LiveData>
  );
}

function Connection() {
  return <ConnectionStatus waitingCount={usePendingSends().filter((send) => send.state === 'waiting').length} />;
}

function Shortcuts({ roomId, onSwitch, openRoom }: { roomId: string | undefined; onSwitch: () => void; openRoom: (id: string) => void }) {
  const rooms = inOrder(useMyRooms().data?.rooms ?? []);
  const step = (by: number) => () => {
    const at = rooms.findIndex((room) => room.id === roomId);
    const next = rooms[(at + by + rooms.length) % rooms.length];
    if (next) openRoom(next.id);
  };
  useShortcuts({ 'mod+k': onSwitch, 'alt+ArrowDown': step(1), 'alt+ArrowUp': step(-1) });
  return null;
}

import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Failure } from '../../components/failure.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useOnlineCount, useRoomFocus } from '../../features/members/api/presence.ts';
import { useTimeline } from '../../features/messages/api/use-timeline.ts';
import { roomName } from '../../features/rooms/components/room-name.tsx';
import type { CurrentUser, Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import { useMedia } from '../../lib/use-media.ts';
import { MessagePane } from './message-pane.tsx';
import { MembersToggle } from './members-toggle.tsx';
import { Page } from './page.tsx';
import { RoomHeader } from './room-header.tsx';
import { RoomMenuButton } from './room-menu-button.tsx';
import styles from './shell.module.css';

const MembersPanel = lazy(() => import('../../features/members/components/members-panel.tsx').then((module) => ({ default: module.MembersPanel })));

type Props = { room: Room; user: CurrentUser; isPanelOpen: boolean };

/** A room I am in: header, history, composer, and the panel beside it. */
export function Conversation({ room, user, isPanelOpen }: Props) {
  const navigate = useNavigate();
  const toggle = useRef<HTMLButtonElement>(null);
  const isCovered = useMedia('(max-width: 899px)') && isPanelOpen;
  useRoomFocus(room.id);
  const onlineCount = useOnlineCount(room);
  const view = useTimeline(room.id, room.my?.unreadCount ?? 0);

  const setPanel = (isOpen: boolean) => void navigate({ to: '/rooms/$roomId', params: { roomId: room.id }, search: isOpen ? { panel: 'members' } : {}, replace: !isOpen });
  const wasOpen = useRef(isPanelOpen);
  useEffect(() => {
    if (wasOpen.current && !isPanelOpen) toggle.current?.focus();
    wasOpen.current = isPanelOpen;
  }, [isPanelOpen]);

  return (
    <>
      <Page
        title={roomName(room)}
        isInert={isCovered}
        header={(
          <RoomHeader room={room}>
            <MembersToggle ref={toggle} room={room} onlineCount={onlineCount} isOpen={isPanelOpen} onToggle={() => setPanel(!isPanelOpen)} />
            <RoomMenuButton room={room} onLeft={() => void navigate({ to: '/' })} />
          </RoomHeader>
        )}
      >
        {view.timeline ? (
          <MessagePane room={room} user={user} view={{ ...view, timeline: view.timeline }} onAddPeople={() => setPanel(true)} />
        ) : view.error ? (
          <Failure title={strings.messages.failed} error={view.error} onRetry={() => void view.refetch()} />
        ) : <Skeleton />}
      </Page>
      {isPanelOpen ? (
        <div className={styles['panelPlace']}>
          {/* For the pointer alone: the keyboard has Escape and the panel's own button. */}
          {isCovered ? <button type="button" tabIndex={-1} aria-hidden="true" className={styles['scrim']} onClick={() => setPanel(false)} /> : null}
          <div className={styles['panel']}>
            <Suspense fallback={<Skeleton />}><MembersPanel room={room} userId={user.id} onClose={() => setPanel(false)} /></Suspense>
          </div>
        </div>
      ) : null}
    </>
  );
}

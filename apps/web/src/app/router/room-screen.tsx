import { useMutation } from '@tanstack/react-query';
import { useNavigate, useParams, useRouteContext, useSearch } from '@tanstack/react-router';
import { DoorClosed } from 'lucide-react';
import { ProblemError } from '@confab/sdk';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Failure } from '../../components/failure.tsx';
import { FormProblem } from '../../components/form-problem.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useRoom } from '../../features/rooms/api/use-room.ts';
import { useRoomActions } from '../../features/rooms/api/use-room-actions.ts';
import { roomName } from '../../features/rooms/components/room-name.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import { Beginning } from './beginning.tsx';
import { Conversation } from './conversation.tsx';
import { Page } from './page.tsx';
import { RoomHeader } from './room-header.tsx';
import styles from './shell.module.css';

export function RoomScreen() {
  const { roomId } = useParams({ from: '/shell/rooms/$roomId' });
  const { panel } = useSearch({ from: '/shell/rooms/$roomId' });
  const { user } = useRouteContext({ from: '/shell' });
  const { room, error, refetch } = useRoom(roomId);
  const navigate = useNavigate();
  if (room?.my) return <Conversation key={room.id} room={room} user={user} isPanelOpen={panel === 'members'} />;
  if (room) return <Preview key={room.id} room={room} />;
  if (!error) return <Page title={strings.product} header={<span />}><Skeleton /></Page>;
  const isGone = error instanceof ProblemError && (error.status === 404 || error.status === 400);
  return (
    <Page title={strings.product} header={<span />}>
      {isGone
        ? <EmptyState icon={<DoorClosed size={24} />} title={strings.rooms.gone} action={<Button onClick={() => void navigate({ to: '/' })}>{strings.rooms.goneAction}</Button>} />
        : <Failure error={error} onRetry={() => void refetch()} />}
    </Page>
  );
}

/** A public room from outside: what it is, and the way in. */
function Preview({ room }: { room: Room }) {
  const { joinRoom } = useRoomActions();
  const joining = useMutation({ mutationFn: () => joinRoom(room.id) });
  return (
    <Page title={roomName(room)} header={<RoomHeader room={room} />}>
      <div className={styles['about']}><Beginning room={room} /></div>
      <FormProblem error={joining.error} />
      <div className={styles['joinBar']}>
        <span>{strings.rooms.joinTitle(roomName(room))}</span>
        <Button look="primary" isPending={joining.isPending} onClick={() => joining.mutate()}>{strings.rooms.join}</Button>
      </div>
    </Page>
  );
}

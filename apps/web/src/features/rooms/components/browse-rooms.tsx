import { useMutation } from '@tanstack/react-query';
import { Compass, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import type { Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useDiscoverableRooms } from '../api/use-discoverable-rooms.ts';
import { useRoomActions } from '../api/use-room-actions.ts';
import styles from './browse-rooms.module.css';
import { RoomIcon, roomName } from './room-name.tsx';

type Props = { onOpen: (roomId: string) => void; onCreate: () => void };

export function BrowseRooms({ onOpen, onCreate }: Props) {
  const [typed, setTyped] = useState('');
  const query = useDeferredValue(typed.trim());
  const found = useDiscoverableRooms(query);
  const { joinRoom } = useRoomActions();
  const joining = useMutation({ mutationFn: (room: Room) => joinRoom(room.id), onSuccess: (room) => onOpen(room.id) });
  const rooms = found.data?.pages.flatMap((page) => page.items);

  return (
    <div className={styles['browse']}>
      <p className={styles['hint']}>{strings.rooms.browseHint}</p>
      <div className={styles['search']}>
        <Search size={16} aria-hidden="true" />
        <input type="search" aria-label={strings.rooms.browseSearch} placeholder={strings.rooms.browseSearch} maxLength={80} value={typed} onChange={(event) => setTyped(event.target.value)} />
      </div>
      <FormProblem error={joining.error} />
      {rooms ? (
        <Found rooms={rooms} query={query} joiningId={joining.isPending ? joining.variables.id : undefined} onJoin={(room) => joining.mutate(room)} onCreate={onCreate} />
      ) : found.error ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : <Skeleton />}
      {found.hasNextPage ? <Button isPending={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{strings.rooms.loadMore}</Button> : null}
    </div>
  );
}

type FoundProps = { rooms: Room[]; query: string; joiningId: string | undefined; onJoin: (room: Room) => void; onCreate: () => void };

function Found({ rooms, query, joiningId, onJoin, onCreate }: FoundProps) {
  if (rooms.length === 0) {
    return (
      <EmptyState
        icon={<Compass size={24} />}
        title={query ? strings.rooms.browseNoMatch(query) : strings.rooms.browseEmpty}
        action={<Button look="primary" onClick={onCreate}>{strings.rooms.create}</Button>}
      />
    );
  }
  return (
    <ul className={styles['rooms']}>
      {rooms.map((room) => (
        <li key={room.id} className={styles['room']}>
          <RoomIcon room={room} />
          <div className={styles['about']}>
            <h3 className={styles['name']}>{roomName(room)}</h3>
            {room.description ? <p className={styles['description']}>{room.description}</p> : null}
            <p className={styles['count']}>{strings.rooms.members(room.memberCount)}</p>
          </div>
          <Button aria-label={strings.rooms.joinNamed(roomName(room))} isPending={joiningId === room.id} onClick={() => onJoin(room)}>{strings.rooms.join}</Button>
        </li>
      ))}
    </ul>
  );
}

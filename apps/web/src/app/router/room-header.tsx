import { Ellipsis, Users } from 'lucide-react';
import { lazy, type Ref, Suspense } from 'react';
import { Button } from 'react-aria-components/Button';
import { IconButton } from '../../components/icon-button.tsx';
import { RoomIcon, roomName } from '../../features/rooms/components/room-name.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

const RoomMenu = lazy(() => import('./room-menu.tsx').then((module) => ({ default: module.RoomMenu })));

type Props = { room: Room; panel?: { isOpen: boolean; toggle: () => void; button: Ref<HTMLButtonElement> }; onLeft?: () => void };

export function RoomHeader({ room, panel, onLeft }: Props) {
  return (
    <>
      <h1 className={styles['roomTitle']}><RoomIcon room={room} /><span>{roomName(room)}</span></h1>
      <span className={styles['topic']} title={room.description}>{room.description}</span>
      {panel ? (
        <Button ref={panel.button} aria-expanded={panel.isOpen} aria-label={`${panel.isOpen ? strings.members.hide : strings.members.show}, ${strings.rooms.members(room.memberCount)}`} className={styles['membersToggle'] ?? ''} onPress={panel.toggle}>
          <Users size={18} aria-hidden="true" /> <span aria-hidden="true">{room.memberCount}</span>
        </Button>
      ) : null}
      {onLeft ? <Suspense fallback={<IconButton label={strings.rooms.menu} isDisabled><Ellipsis size={18} /></IconButton>}><RoomMenu room={room} onLeft={onLeft} /></Suspense> : null}
    </>
  );
}

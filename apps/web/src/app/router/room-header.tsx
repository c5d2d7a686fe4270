import type { ReactNode } from 'react';
import { RoomIcon, roomName } from '../../features/rooms/components/room-name.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import styles from './shell.module.css';

export function RoomHeader({ room, children }: { room: Room; children?: ReactNode }) {
  return (
    <>
      <h1 className={styles['roomTitle']}><RoomIcon room={room} /><span>{roomName(room)}</span></h1>
      <span className={styles['topic']} title={room.description}>{room.description}</span>
      {children}
    </>
  );
}

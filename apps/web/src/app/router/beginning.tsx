import type { ReactNode } from 'react';
import { roomName } from '../../features/rooms/components/room-name.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

/** What stands above a room's first message. */
export function Beginning({ room, children }: { room: Room; children?: ReactNode }) {
  return (
    <div className={styles['beginning']}>
      <h2>{roomName(room)}</h2>
      <p>{room.description || strings.messages.beginning(roomName(room))}</p>
      {children}
    </div>
  );
}

import { Link } from '@tanstack/react-router';
import { type FocusEvent, useState } from 'react';
import { cx } from '../../../lib/cx.ts';
import { moveRovingFocus } from '../../../lib/roving-focus.ts';
import type { Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { RoomIcon, roomName } from './room-name.tsx';
import styles from './room-list.module.css';

/** My rooms with what is new in them. One Tab stop, arrows within, Enter opens. */
export function RoomList({ rooms, currentRoomId }: { rooms: readonly Room[]; currentRoomId: string | undefined }) {
  const [focusedId, setFocusedId] = useState<string>();
  const stopId = [focusedId, currentRoomId].find((id) => rooms.some((room) => room.id === id)) ?? rooms[0]?.id;
  return (
    <ul className={styles['list']} onKeyDown={moveRovingFocus}>
      {rooms.map((room) => (
        <li key={room.id}>
          <RoomLink room={room} isStop={room.id === stopId} onFocus={() => setFocusedId(room.id)} />
        </li>
      ))}
    </ul>
  );
}

function RoomLink({ room, isStop, onFocus }: { room: Room; isStop: boolean; onFocus: (event: FocusEvent) => void }) {
  const unread = room.my?.unreadCount ?? 0;
  return (
    <Link
      to="/rooms/$roomId"
      params={{ roomId: room.id }}
      data-roving=""
      tabIndex={isStop ? 0 : -1}
      onFocus={onFocus}
      className={cx(styles['link'], unread > 0 && styles['unread'])}
      activeProps={{ className: styles['current'] ?? '', 'aria-current': 'page' }}
    >
      <RoomIcon room={room} size={16} />
      <span className={styles['name']}>{roomName(room)}</span>
      {unread > 0 ? (
        <span className={styles['badge']}>
          <span aria-hidden="true">{strings.rooms.unreadBadge(unread)}</span>
          <span className="visually-hidden">{strings.rooms.unread(unread)}</span>
        </span>
      ) : null}
    </Link>
  );
}

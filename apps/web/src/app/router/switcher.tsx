import { useNavigate } from '@tanstack/react-router';
import { Compass, Plus, Settings } from 'lucide-react';
import { inOrder, useMyRooms } from '../../features/rooms/api/use-my-rooms.ts';
import { RoomIcon, roomName } from '../../features/rooms/components/room-name.tsx';
import { type Destination, QuickSwitcher } from '../../features/switcher/components/quick-switcher.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';

/** The quick switcher over everything one can go to: unread rooms first. */
export function Switcher({ onClose, onCreate }: { onClose: () => void; onCreate: () => void }) {
  const navigate = useNavigate();
  const rooms = inOrder(useMyRooms().data?.rooms ?? []).toSorted((a, b) => Number(unreadOf(b) > 0) - Number(unreadOf(a) > 0));
  const destinations: Destination[] = [
    ...rooms.map((room) => ({
      id: room.id,
      name: roomName(room),
      icon: <RoomIcon room={room} size={16} />,
      note: unreadOf(room) > 0 ? strings.rooms.unread(unreadOf(room)) : undefined,
      go: () => void navigate({ to: '/rooms/$roomId', params: { roomId: room.id } }),
    })),
    { id: 'browse', name: strings.rooms.browse, icon: <Compass size={16} aria-hidden="true" />, go: () => void navigate({ to: '/browse' }) },
    { id: 'create', name: strings.rooms.create, icon: <Plus size={16} aria-hidden="true" />, go: onCreate },
    { id: 'settings', name: strings.settings.title, icon: <Settings size={16} aria-hidden="true" />, go: () => void navigate({ to: '/settings' }) },
  ];
  return <QuickSwitcher destinations={destinations} onClose={onClose} />;
}

const unreadOf = (room: Room) => room.my?.unreadCount ?? 0;

import { Hash, Lock, MessageCircle } from 'lucide-react';
import type { Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';

export const roomName = (room: Pick<Room, 'name'>): string => room.name ?? strings.rooms.unnamed;

const icons = { public: Hash, private: Lock } as Record<string, typeof Hash>;
const labels = { public: strings.rooms.publicRoom, private: strings.rooms.privateRoom } as Record<string, string>;

export function RoomIcon({ room, size = 18 }: { room: Pick<Room, 'kind'>; size?: number }) {
  const Icon = icons[room.kind] ?? MessageCircle;
  return <Icon size={size} role="img" aria-label={labels[room.kind] ?? strings.rooms.direct} />;
}

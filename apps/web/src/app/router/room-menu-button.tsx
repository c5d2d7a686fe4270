import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { IconButton } from '../../components/icon-button.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';

const RoomMenu = lazy(() => import('./room-menu.tsx').then((module) => ({ default: module.RoomMenu })));

/** The menu is loaded when it is first asked for; few ever are. */
export function RoomMenuButton({ room, onLeft }: { room: Room; onLeft: () => void }) {
  const [isWanted, setWanted] = useState(false);
  const button = <IconButton label={strings.rooms.menu} aria-haspopup="menu" onClick={() => setWanted(true)}><Ellipsis size={18} /></IconButton>;
  return isWanted ? <Suspense fallback={button}><RoomMenu room={room} onLeft={onLeft} /></Suspense> : button;
}

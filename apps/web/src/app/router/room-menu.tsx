import { Ellipsis, LogOut, Pencil } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import buttonStyles from '../../components/icon-button.module.css';
import { EditRoomDialog } from '../../features/rooms/components/edit-room-dialog.tsx';
import { LeaveRoomDialog } from '../../features/rooms/components/leave-room-dialog.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import styles from './room-menu.module.css';

export function RoomMenu({ room, onLeft }: { room: Room; onLeft: () => void }) {
  const [dialog, setDialog] = useState<'edit' | 'leave'>();
  const mayEdit = room.my?.role === 'owner' || room.my?.role === 'moderator';
  const close = () => setDialog(undefined);
  return (
    <>
      <MenuTrigger defaultOpen>
        <Button aria-label={strings.rooms.menu} className={buttonStyles['button'] ?? ''}><Ellipsis size={18} /></Button>
        <Popover placement="bottom end" className={styles['popover'] ?? ''}>
          <Menu className={styles['menu'] ?? ''} aria-label={strings.rooms.menu}>
            {mayEdit ? <MenuItem className={styles['item'] ?? ''} onAction={() => setDialog('edit')}><Pencil size={16} aria-hidden="true" /> {strings.rooms.edit}</MenuItem> : null}
            <MenuItem className={styles['item'] ?? ''} onAction={() => setDialog('leave')}><LogOut size={16} aria-hidden="true" /> {strings.rooms.leave}</MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      {dialog === 'edit' ? <EditRoomDialog room={room} onClose={close} /> : null}
      {dialog === 'leave' ? <LeaveRoomDialog room={room} onClose={close} onLeft={onLeft} /> : null}
    </>
  );
}

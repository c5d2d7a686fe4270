import { useMutation } from '@tanstack/react-query';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { ModalDialog } from '../../../components/modal-dialog.tsx';
import type { Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useRoomActions } from '../api/use-room-actions.ts';
import styles from './forms.module.css';
import { roomName } from './room-name.tsx';

export function LeaveRoomDialog({ room, onClose, onLeft }: { room: Room; onClose: () => void; onLeft: () => void }) {
  const { leaveRoom } = useRoomActions();
  const leaving = useMutation({ mutationFn: () => leaveRoom(room.id), onSuccess: onLeft });
  return (
    <ModalDialog title={strings.rooms.leaveTitle(roomName(room))} onClose={onClose} role="alertdialog">
      <p className={styles['text']}>{room.kind === 'public' ? strings.rooms.leaveTextPublic : strings.rooms.leaveTextPrivate}</p>
      <FormProblem error={leaving.error} />
      <footer className={styles['footer']}>
        <Button onClick={onClose} autoFocus>{strings.cancel}</Button>
        <Button look="danger" isPending={leaving.isPending} onClick={() => leaving.mutate()}>{strings.rooms.leave}</Button>
      </footer>
    </ModalDialog>
  );
}

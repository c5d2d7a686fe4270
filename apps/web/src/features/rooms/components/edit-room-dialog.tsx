import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { ModalDialog } from '../../../components/modal-dialog.tsx';
import { TextField } from '../../../components/text-field.tsx';
import type { Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useRoomActions } from '../api/use-room-actions.ts';
import styles from './forms.module.css';

export function EditRoomDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { updateRoom } = useRoomActions();
  const [name, setName] = useState(room.name ?? '');
  const [description, setDescription] = useState(room.description);
  const [isTried, setTried] = useState(false);
  const change = useMutation({ mutationFn: () => updateRoom(room.id, { name: name.trim(), description: description.trim() }), onSuccess: onClose });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== '') change.mutate();
  }

  return (
    <ModalDialog title={strings.rooms.edit} onClose={onClose}>
      <form className={styles['form']} onSubmit={submit}>
        <TextField label={strings.rooms.name} value={name} onChange={setName} maxLength={80} autoFocus autoComplete="off" error={isTried && name.trim() === '' ? strings.rooms.nameNeeded : undefined} />
        <TextField label={`${strings.rooms.description} (${strings.optional})`} hint={strings.rooms.descriptionHint} value={description} onChange={setDescription} maxLength={1000} isMultiline />
        <FormProblem error={change.error} />
        <footer className={styles['footer']}>
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button type="submit" look="primary" isPending={change.isPending}>{strings.rooms.save}</Button>
        </footer>
      </form>
    </ModalDialog>
  );
}

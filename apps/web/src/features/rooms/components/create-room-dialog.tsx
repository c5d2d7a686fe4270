import { useMutation } from '@tanstack/react-query';
import { Hash, Lock } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Choice } from '../../../components/choice.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { ModalDialog } from '../../../components/modal-dialog.tsx';
import { TextField } from '../../../components/text-field.tsx';
import type { Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useRoomActions } from '../api/use-room-actions.ts';
import styles from './forms.module.css';

export function CreateRoomDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (room: Room) => void }) {
  const { createRoom } = useRoomActions();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [kind, setKind] = useState<'public' | 'private'>('public');
  const [isTried, setTried] = useState(false);
  const creation = useMutation({ mutationFn: createRoom, onSuccess: onCreated });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (name.trim() === '') return;
    creation.mutate({ name: name.trim(), kind, description: description.trim() });
  }

  return (
    <ModalDialog title={strings.rooms.create} onClose={onClose}>
      <form className={styles['form']} onSubmit={submit}>
        <TextField label={strings.rooms.name} value={name} onChange={setName} maxLength={80} autoFocus autoComplete="off" error={isTried && name.trim() === '' ? strings.rooms.nameNeeded : undefined} />
        <TextField label={`${strings.rooms.description} (${strings.optional})`} hint={strings.rooms.descriptionHint} value={description} onChange={setDescription} maxLength={1000} isMultiline />
        <Choice
          label={strings.rooms.kind}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'public', label: strings.rooms.public, hint: strings.rooms.publicHint, icon: <Hash size={18} aria-hidden="true" /> },
            { value: 'private', label: strings.rooms.private, hint: strings.rooms.privateHint, icon: <Lock size={18} aria-hidden="true" /> },
          ]}
        />
        <FormProblem error={creation.error} />
        <footer className={styles['footer']}>
          <Button onClick={onClose}>{strings.cancel}</Button>
          <Button type="submit" look="primary" isPending={creation.isPending}>{strings.rooms.createAction}</Button>
        </footer>
      </form>
    </ModalDialog>
  );
}

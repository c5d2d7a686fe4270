import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { ModalDialog } from '../../../components/modal-dialog.tsx';
import type { Member } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useRemoveMember } from '../api/use-member-actions.ts';
import styles from './members-panel.module.css';

export function RemoveMemberDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const removing = useRemoveMember(member.roomId);
  return (
    <ModalDialog title={strings.members.removeTitle(member.user.displayName)} onClose={onClose} role="alertdialog">
      <p className={styles['text']}>{strings.members.removeText}</p>
      <FormProblem error={removing.error} />
      <footer className={styles['footer']}>
        <Button onClick={onClose} autoFocus>{strings.cancel}</Button>
        <Button look="danger" isPending={removing.isPending} onClick={() => removing.mutate(member.user.id, { onSuccess: onClose })}>{strings.members.removeAction}</Button>
      </footer>
    </ModalDialog>
  );
}

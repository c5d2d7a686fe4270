import { UserPlus, UserX, X } from 'lucide-react';
import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Avatar } from '../../../components/avatar.tsx';
import { Button } from '../../../components/button.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { PresenceDot } from '../../../components/presence-dot.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { TextField } from '../../../components/text-field.tsx';
import type { Member, Room } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useAddMember } from '../api/use-member-actions.ts';
import { usePresences } from '../api/presence.ts';
import { useMembers } from '../api/use-members.ts';
import { canAdd, canRemove } from './may.ts';
import styles from './members-panel.module.css';

const RemoveMemberDialog = lazy(() => import('./remove-member-dialog.tsx').then((module) => ({ default: module.RemoveMemberDialog })));

type Props = { room: Room; userId: string; onClose: () => void };

export function MembersPanel({ room, userId, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [removing, setRemoving] = useState<Member>();
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside aria-labelledby="members-title" className={styles['panel']} onKeyDown={(event) => event.key === 'Escape' && !removing && onClose()}>
      <header className={styles['header']}>
        <h2 id="members-title" ref={heading} tabIndex={-1} className={styles['title']}>
          {strings.members.title} <span className={styles['count']}>{room.memberCount}</span>
        </h2>
        <IconButton label={strings.members.hide} onClick={onClose}><X size={18} /></IconButton>
      </header>
      <div className={styles['scroller']}>
        {canAdd(room) ? <AddMember roomId={room.id} /> : null}
        <List room={room} userId={userId} onRemove={setRemoving} />
      </div>
      <Suspense>
        {removing ? <RemoveMemberDialog member={removing} onClose={() => setRemoving(undefined)} /> : null}
      </Suspense>
    </aside>
  );
}

function List({ room, userId, onRemove }: { room: Room; userId: string; onRemove: (member: Member) => void }) {
  const members = useMembers(room.id);
  const presences = usePresences();
  if (!members.data) return members.error ? <Failure title={strings.members.failed} error={members.error} onRetry={() => void members.refetch()} /> : <Skeleton />;
  return (
    <>
      <ul className={styles['list']}>
        {members.data.pages.flatMap((page) => page.items).map((member) => (
          <li key={member.user.id} className={styles['member']}>
            <span className={styles['portrait']}>
              <Avatar id={member.user.id} name={member.user.displayName} />
              <PresenceDot state={presences[member.user.id] ?? member.presence ?? ''} isBadge />
            </span>
            <span className={styles['who']}>
              <span className={styles['name']}>
                {member.user.displayName} {member.user.id === userId ? <span className={styles['you']}>{strings.members.you}</span> : null}
              </span>
              <span className={styles['username']}>@{member.user.username}</span>
            </span>
            {member.role === 'member' ? null : <span className={styles['role']}>{strings.members.roles[member.role] ?? member.role}</span>}
            {canRemove(room, userId, member) ? <IconButton label={strings.members.remove(member.user.displayName)} onClick={() => onRemove(member)}><UserX size={16} /></IconButton> : null}
          </li>
        ))}
      </ul>
      {members.hasNextPage ? <Button isPending={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>{strings.rooms.loadMore}</Button> : null}
    </>
  );
}

function AddMember({ roomId }: { roomId: string }) {
  const adding = useAddMember(roomId);
  const [username, setUsername] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    if (username.trim() === '') return;
    adding.mutate(username.trim().replace(/^@/, ''), { onSuccess: () => setUsername('') });
  }

  return (
    <form className={styles['add']} onSubmit={submit}>
      <div className={styles['addRow']}>
        <TextField label={strings.members.add} placeholder={strings.members.addUsername} value={username} onChange={setUsername} autoComplete="off" isCode />
        <Button type="submit" isPending={adding.isPending}><UserPlus size={16} aria-hidden="true" /> {strings.members.addAction}</Button>
      </div>
      <FormProblem error={adding.error} />
      <p role="status" className={styles['added']}>{adding.data ? strings.members.added(adding.data.user.displayName) : null}</p>
    </form>
  );
}

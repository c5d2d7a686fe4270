import { Users } from 'lucide-react';
import type { Ref } from 'react';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

type Props = { room: Room; isOpen: boolean; onToggle: () => void; ref: Ref<HTMLButtonElement> };

export function MembersToggle({ room, isOpen, onToggle, ref }: Props) {
  const label = `${isOpen ? strings.members.hide : strings.members.show}, ${strings.rooms.members(room.memberCount)}`;
  return (
    <button type="button" ref={ref} aria-expanded={isOpen} aria-label={label} data-tip={isOpen ? strings.members.hide : strings.members.show} className={styles['membersToggle']} onClick={onToggle}>
      <Users size={18} aria-hidden="true" /> <span aria-hidden="true">{room.memberCount}</span>
    </button>
  );
}

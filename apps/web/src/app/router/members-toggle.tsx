import { Users } from 'lucide-react';
import type { Ref } from 'react';
import { PresenceDot } from '../../components/presence-dot.tsx';
import type { Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

type Props = { room: Room; onlineCount: number | undefined; isOpen: boolean; onToggle: () => void; ref: Ref<HTMLButtonElement> };

export function MembersToggle({ room, onlineCount, isOpen, onToggle, ref }: Props) {
  const action = isOpen ? strings.members.hide : strings.members.show;
  const counts = [strings.rooms.members(room.memberCount), ...(onlineCount === undefined ? [] : [strings.presence.online(onlineCount)])];
  return (
    <button type="button" ref={ref} aria-expanded={isOpen} data-tip={[action, ...counts].join(' · ')} className={styles['membersToggle']} onClick={onToggle}>
      <span className="visually-hidden">{[action, ...counts].join(', ')}</span>
      <Users size={18} aria-hidden="true" /> <span aria-hidden="true">{room.memberCount}</span>
      {onlineCount === undefined ? null : <span aria-hidden="true" className={styles['online']}><PresenceDot state="online" /> {onlineCount}</span>}
    </button>
  );
}

import { Monitor, Smartphone } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@confab/sdk';
import { Button } from '../../../components/button.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { ModalDialog } from '../../../components/modal-dialog.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { formatAgo } from '../../../lib/format.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { describeDevice } from '../api/describe-device.ts';
import { useEndSession, useSessions, useSignOutEverywhere } from '../api/use-sessions.ts';
import styles from './security.module.css';

const words = strings.security;

export function Sessions() {
  const sessions = useSessions();
  const ending = useEndSession();
  const [isAsking, setAsking] = useState(false);
  return (
    <div className={styles['part']}>
      <h3 className={styles['title']}>{words.sessions}</h3>
      {sessions.data ? (
        <ul className={styles['sessions']}>
          {sessions.data.items.map((session) => (
            <Row key={session.id} session={session} isEnding={ending.isPending && ending.variables === session.id} onEnd={() => ending.mutate(session.id)} />
          ))}
        </ul>
      ) : sessions.error ? <Failure title={words.sessionsFailed} error={sessions.error} onRetry={() => void sessions.refetch()} /> : <Skeleton lines={3} />}
      <FormProblem error={ending.error} />
      <Button look="danger" onClick={() => setAsking(true)}>{words.everywhere}</Button>
      {isAsking ? <EverywhereDialog onClose={() => setAsking(false)} /> : null}
    </div>
  );
}

function Row({ session, isEnding, onEnd }: { session: Schemas['Session']; isEnding: boolean; onEnd: () => void }) {
  const { name, isHandheld } = describeDevice(session.device);
  const Icon = isHandheld ? Smartphone : Monitor;
  const used = words.lastUsed(formatAgo(session.lastSeenAt));
  return (
    <li className={styles['session']}>
      <Icon size={20} aria-hidden="true" />
      <span className={styles['facts']}>
        <span className={styles['device']} title={session.device}>{name}</span>
        <span className={styles['where']}>{session.address} · {used}</span>
      </span>
      {session.isCurrent
        ? <span className={styles['here']}>{words.thisOne}</span>
        : <Button size="small" aria-label={words.end(name, used)} isPending={isEnding} onClick={onEnd}>{words.endAction}</Button>}
    </li>
  );
}

function EverywhereDialog({ onClose }: { onClose: () => void }) {
  const leaving = useSignOutEverywhere();
  return (
    <ModalDialog title={words.everywhereTitle} onClose={onClose} role="alertdialog">
      <p className={styles['text']}>{words.everywhereText}</p>
      <FormProblem error={leaving.error} />
      <footer className={styles['footer']}>
        <Button onClick={onClose} autoFocus>{strings.cancel}</Button>
        <Button look="danger" isPending={leaving.isPending} onClick={() => leaving.mutate()}>{words.everywhere}</Button>
      </footer>
    </ModalDialog>
  );
}

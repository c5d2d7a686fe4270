import { CloudOff, LoaderCircle, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { useOnline, useRealtimeState, useStopped } from '../../../lib/realtime/use-connection.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useDelayed } from '../../../lib/use-delayed.ts';
import styles from './connection-status.module.css';

const patienceMs = 2000;
const offlineAfterMs = 10_000;

/** Nothing while all is well. It floats, so that coming and going it moves nothing. */
export function ConnectionStatus({ waitingCount }: { waitingCount: number }) {
  const state = useRealtimeState();
  const isOnline = useOnline();
  const stopped = useStopped();
  const isAway = state === 'offline' || state === 'connecting';
  const isLate = useDelayed(isAway, patienceMs);
  const isLost = useDelayed(isAway, offlineAfterMs);
  // A machine without a network may still reach a server of its own: what is said of the network counts only once something fails.
  const isOffline = isOnline ? isLost : isAway || waitingCount > 0;

  return (
    <>
      {state === 'catching-up' ? <CatchingUp /> : null}
      <div role="status" className={styles['status']}>
        {stopped ? null : isOffline ? (
          <Pill icon={<CloudOff size={14} aria-hidden="true" />} text={strings.connection.offlineQueue(waitingCount)} />
        ) : isLate ? (
          <Pill icon={<LoaderCircle size={14} aria-hidden="true" className={styles['spinning']} />} text={strings.connection.reconnecting} />
        ) : null}
      </div>
      {stopped ? <Stopped code={stopped.code} reason={stopped.reason} /> : null}
    </>
  );
}

const Pill = ({ icon, text }: { icon: ReactNode; text: string }) => <div className={styles['pill']}>{icon}{text}</div>;

function CatchingUp() {
  const isDue = useDelayed(true, 150);
  return isDue ? <div className={styles['bar']} role="progressbar" aria-label={strings.connection.catchingUp} /> : null;
}

const namesByCode: Record<number, string> = { 4409: 'too_many_connections', 4426: 'version_unsupported' };

function Stopped({ code, reason }: { code: number | undefined; reason: string }) {
  const { realtime } = useConfab();
  const name = code === undefined ? reason : namesByCode[code];
  return (
    <div role="alert" className={styles['status']}>
      <div className={styles['pill']}>
        <Unplug size={14} aria-hidden="true" />
        {(name && strings.connection.stoppedReasons[name]) ?? strings.connection.stopped}
        {code === 4426
          ? <Button size="small" onClick={() => location.reload()}>{strings.connection.reload}</Button>
          : <Button size="small" onClick={() => void realtime.connect().catch(() => undefined)}>{strings.connection.reconnect}</Button>}
      </div>
    </div>
  );
}

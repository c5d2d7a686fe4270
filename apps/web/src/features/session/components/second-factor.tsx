import { Check } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Skeleton } from '../../../components/skeleton.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import { useRemoveSecondFactor, useSecondFactor, useSecondFactorSetup } from '../api/use-second-factor.ts';
import { Enrolment } from './enrolment.tsx';
import { ProvePassword } from './prove-password.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import styles from './security.module.css';

const words = strings.security;

export function SecondFactor() {
  const factor = useSecondFactor();
  const [doing, setDoing] = useState<'set-up' | 'remove'>();
  const [done, setDone] = useState<string>();
  const end = (outcome?: string) => {
    setDoing(undefined);
    setDone(outcome);
  };
  const begin = (what: typeof doing) => () => {
    setDoing(what);
    setDone(undefined);
  };

  return (
    <div className={styles['part']}>
      <h3 className={styles['title']}>{words.factor}</h3>
      {doing === 'set-up' ? <SetUp onEnd={end} /> : doing === 'remove' ? <Remove onEnd={end} /> : factor.data ? (
        <>
          <p className={styles['text']}>{factor.data.isEnabled ? words.factorOn(factor.data.recoveryCodesLeft) : words.factorOff}</p>
          {factor.data.isEnabled
            ? <Button onClick={begin('remove')}>{words.remove}</Button>
            : <Button onClick={begin('set-up')}>{words.setUp}</Button>}
        </>
      ) : factor.error ? <Failure title={words.factorFailed} error={factor.error} onRetry={() => void factor.refetch()} /> : <Skeleton lines={2} />}
      <p role="status" className={styles['done']}>{done ? <><Check size={16} aria-hidden="true" /> {done}</> : null}</p>
    </div>
  );
}

type StepProps = { onEnd: (outcome?: string) => void };

function SetUp({ onEnd }: StepProps) {
  const { enrolling, confirming } = useSecondFactorSetup();
  if (confirming.data) return <RecoveryCodes codes={confirming.data.recoveryCodes} onKept={() => onEnd(words.turnedOn)} />;
  if (enrolling.data) return <Enrolment enrolment={enrolling.data} error={confirming.error} isPending={confirming.isPending} onCode={(code) => confirming.mutate(code)} onCancel={() => onEnd()} />;
  return <ProvePassword action={words.next} error={enrolling.error} isPending={enrolling.isPending} onPassword={(password) => enrolling.mutate(password)} onCancel={() => onEnd()} />;
}

function Remove({ onEnd }: StepProps) {
  const removing = useRemoveSecondFactor();
  return <ProvePassword action={words.remove} look="danger" error={removing.error} isPending={removing.isPending} onPassword={(password) => removing.mutate(password, { onSuccess: () => onEnd(words.removed) })} onCancel={() => onEnd()} />;
}

import { ProblemError, type Schemas } from '@confab/sdk';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './security.module.css';

const QrCode = lazy(() => import('./qr-code.tsx').then((module) => ({ default: module.QrCode })));

const words = strings.security;
type Props = { enrolment: Schemas['SecondFactorEnrolment']; error: unknown; isPending: boolean; onCode: (code: string) => void; onCancel: () => void };

/** The secret on its way into the app, and the first code back from it. */
export function Enrolment({ enrolment, error, isPending, onCode, onCancel }: Props) {
  const [entry, setEntry] = useState('');
  const [tried, setTried] = useState<string>();
  const code = entry.replaceAll(/\s/g, '');
  const isWrong = error instanceof ProblemError && error.code === 'second_factor.invalid';

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(code);
    if (/^\d{6}$/.test(code)) onCode(code);
  }

  const said = tried !== undefined && !/^\d{6}$/.test(code) ? words.codeShape : isWrong && tried === code ? strings.errors.byCode['second_factor.invalid'] : undefined;
  return (
    <div className={styles['enrolment']}>
      <p className={styles['text']}>{words.scan}</p>
      <Suspense fallback={<div className={styles['qr']} />}><QrCode text={enrolment.uri} label={words.qrCode} /></Suspense>
      <dl className={styles['enrolment']}>
        <Secret name={words.key} value={enrolment.secret} copy={words.copyKey} />
        <Secret name={words.address} value={enrolment.uri} copy={words.copyAddress} />
      </dl>
      <form className={styles['form']} onSubmit={submit} noValidate>
        <TextField label={words.firstCode} value={entry} onChange={setEntry} error={said} name="code" inputMode="numeric" autoComplete="one-time-code" isCode autoFocus isRequired />
        {isWrong ? null : <FormProblem error={error} />}
        <div className={styles['actions']}>
          <Button type="submit" look="primary" isPending={isPending}>{words.turnOn}</Button>
          <Button onClick={onCancel}>{strings.cancel}</Button>
        </div>
      </form>
    </div>
  );
}

const Secret = ({ name, value, copy }: { name: string; value: string; copy: string }) => (
  <div className={styles['secret']}>
    <dt>{name}</dt>
    <dd><code>{value}</code><CopyButton label={copy} text={value} isSmall /></dd>
  </div>
);

import { ProblemError } from '@confab/sdk';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import { PasswordField } from './password-field.tsx';
import styles from './security.module.css';

type Props = { action: string; look?: 'primary' | 'danger'; error: unknown; isPending: boolean; onPassword: (password: string) => void; onCancel: () => void };

/** The password again, before something that whoever finds the screen unlocked must not do. */
export function ProvePassword({ action, look = 'primary', error, isPending, onPassword, onCancel }: Props) {
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [isTried, setTried] = useState(false);
  const isRefused = error instanceof ProblemError && error.code === 'password.wrong';

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    setWrong(password);
    if (password !== '') onPassword(password);
  }

  const said = isTried && password === '' ? strings.session.fillIn(strings.session.password) : isRefused && wrong === password ? strings.errors.byCode['password.wrong'] : undefined;
  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      <PasswordField value={password} onChange={setPassword} error={said} hint={strings.security.passwordFirst} autoComplete="current-password" autoFocus />
      {isRefused ? null : <FormProblem error={error} />}
      <div className={styles['actions']}>
        <Button type="submit" look={look} isPending={isPending}>{action}</Button>
        <Button onClick={onCancel}>{strings.cancel}</Button>
      </div>
    </form>
  );
}

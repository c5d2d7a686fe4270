import { ProblemError } from '@confab/sdk';
import { Check } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import { useChangePassword } from '../api/use-sessions.ts';
import { PasswordField } from './password-field.tsx';
import styles from './security.module.css';

const words = strings.security;
const empty = { currentPassword: '', newPassword: '' };

export function ChangePassword() {
  const changing = useChangePassword();
  const [entry, setEntry] = useState(empty);
  const [isTried, setTried] = useState(false);
  const isShort = [...entry.newPassword].length < 8;
  const code = changing.error instanceof ProblemError ? changing.error.code : undefined;
  // What the server refuses of one field is said there, until the field says something else.
  const refusal = (field: keyof typeof entry, refused: string) =>
    code === refused && changing.variables?.[field] === entry[field] ? strings.errors.byCode[refused] : undefined;
  const set = (field: keyof typeof entry) => (value: string) => {
    if (changing.isSuccess) changing.reset();
    setEntry({ ...entry, [field]: value });
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (entry.currentPassword === '' || isShort) return;
    changing.mutate(entry, { onSuccess: () => { setEntry(empty); setTried(false); } });
  }

  return (
    <form className={styles['part']} onSubmit={submit} noValidate aria-labelledby="change-password">
      <h3 id="change-password" className={styles['title']}>{words.password}</h3>
      <div className={styles['form']}>
        <PasswordField label={words.currentPassword} name="current-password" value={entry.currentPassword} onChange={set('currentPassword')} error={(isTried && entry.currentPassword === '' ? strings.session.fillIn(words.currentPassword) : undefined) ?? refusal('currentPassword', 'password.wrong')} autoComplete="current-password" />
        <PasswordField label={words.newPassword} name="new-password" value={entry.newPassword} onChange={set('newPassword')} error={(isTried && isShort ? strings.session.passwordShort : undefined) ?? refusal('newPassword', 'password.common')} hint={strings.session.passwordHint} autoComplete="new-password" />
        {code === 'password.wrong' || code === 'password.common' ? null : <FormProblem error={changing.error} />}
      </div>
      <p role="status" className={styles['done']}>{changing.isSuccess ? <><Check size={16} aria-hidden="true" /> {words.changed}</> : null}</p>
      <Button type="submit" isPending={changing.isPending}>{words.change}</Button>
    </form>
  );
}

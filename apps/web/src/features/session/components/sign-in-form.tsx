import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './auth-page.module.css';
import { PasswordField } from './password-field.tsx';

const words = strings.session;

export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const confab = useConfab();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const signIn = useMutation({ mutationFn: () => confab.auth.signIn({ username: username.trim(), password }), onSuccess: onSignedIn });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (username.trim() && password) signIn.mutate();
  }

  const missing = (label: string, value: string) => (isTried && value.trim() === '' ? words.fillIn(label) : undefined);
  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      <TextField label={words.username} value={username} onChange={setUsername} error={missing(words.username, username)} name="username" autoComplete="username" isCode autoFocus isRequired />
      <PasswordField value={password} onChange={setPassword} error={missing(words.password, password)} autoComplete="current-password" />
      <FormProblem error={signIn.error} />
      <Button type="submit" look="primary" isWide isPending={signIn.isPending}>{words.signInAction}</Button>
    </form>
  );
}

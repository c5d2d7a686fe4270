import { ProblemError } from '@confab/sdk';
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
const isCode = (error: unknown, code: string): boolean => error instanceof ProblemError && error.code === code;
/** What the server takes for a code at all. */
const isWhole = (code: string): boolean => code.length >= 6 && code.length <= 32;

/** Username and password; and where the account has a second factor, its code as the next step. */
export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const confab = useConfab();
  const [entry, setEntry] = useState({ username: '', password: '', code: '' });
  const [step, setStep] = useState<'password' | 'code'>('password');
  const [isTried, setTried] = useState(false);
  const { username, password, code } = { ...entry, username: entry.username.trim(), code: entry.code.trim() };
  const signIn = useMutation({
    mutationFn: () => confab.auth.signIn({ username, password, ...(step === 'code' ? { code } : {}) }),
    onSuccess: onSignedIn,
    onError: (error) => isCode(error, 'second_factor.required') && go('code'),
  });

  function go(to: typeof step) {
    setStep(to);
    setTried(false);
    setEntry((now) => ({ ...now, code: '', ...(to === 'password' ? { password: '' } : {}) }));
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (username && password && (step === 'password' || isWhole(code))) signIn.mutate();
  }

  const set = (field: keyof typeof entry) => (value: string) => setEntry({ ...entry, [field]: value });
  const missing = (label: string, value: string) => (isTried && value.trim() === '' ? words.fillIn(label) : undefined);
  const problem = isCode(signIn.error, 'second_factor.required') ? undefined : signIn.error;
  if (step === 'code') {
    const isWrong = isCode(problem, 'second_factor.invalid');
    const isShapeless = isTried && code !== '' && !isWhole(code);
    return (
      <form className={styles['form']} onSubmit={submit} noValidate>
        <p>{words.codeText}</p>
        <TextField label={words.code} hint={words.codeHint} value={entry.code} onChange={set('code')} error={missing(words.code, code) ?? (isWrong || isShapeless ? strings.errors.byCode['second_factor.invalid'] : undefined)} name="code" autoComplete="one-time-code" isCode autoFocus isRequired />
        {isWrong || isShapeless ? null : <FormProblem error={problem} />}
        <Button type="submit" look="primary" isWide isPending={signIn.isPending}>{words.signInAction}</Button>
        <Button look="plain" onClick={() => { go('password'); signIn.reset(); }}>{words.otherAccount}</Button>
      </form>
    );
  }
  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      <TextField label={words.username} value={entry.username} onChange={set('username')} error={missing(words.username, username)} name="username" autoComplete="username" isCode autoFocus isRequired />
      <PasswordField value={entry.password} onChange={set('password')} error={missing(words.password, password)} autoComplete="current-password" />
      <FormProblem error={problem} />
      <Button type="submit" look="primary" isWide isPending={signIn.isPending}>{words.signInAction}</Button>
    </form>
  );
}

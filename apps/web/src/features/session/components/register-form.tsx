import { ProblemError } from '@confab/sdk';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { FormProblem } from '../../../components/form-problem.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { describeError } from '../../../lib/sdk/describe-error.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { checkRegistration, refusedField, type Registration } from '../api/check-registration.ts';
import styles from './auth-page.module.css';
import { PasswordField } from './password-field.tsx';

const words = strings.session;
const empty: Registration = { username: '', displayName: '', email: '', password: '' };

export function RegisterForm({ onRegistered }: { onRegistered: () => void }) {
  const confab = useConfab();
  const [entry, setEntry] = useState(empty);
  const [isTried, setTried] = useState(false);
  const registration = useMutation({
    mutationFn: ({ displayName, ...rest }: Registration) => confab.auth.register({ ...rest, ...(displayName ? { displayName } : {}) }),
    onSuccess: onRegistered,
  });

  const trimmed = { ...entry, username: entry.username.trim(), displayName: entry.displayName.trim(), email: entry.email.trim() };
  const wrong = isTried ? checkRegistration(trimmed) : {};
  // What the server refuses of one field is said there, until the field says something else.
  const refusal = registration.error instanceof ProblemError ? registration.error : undefined;
  const refused = refusal && refusedField(refusal.code);
  const errorOf = (field: keyof Registration) =>
    wrong[field] ?? (refusal && refused === field && registration.variables?.[field] === trimmed[field] ? describeError(refusal).words : undefined);
  const set = (field: keyof Registration) => (value: string) => setEntry({ ...entry, [field]: value });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(checkRegistration(trimmed)).length === 0) registration.mutate(trimmed);
  }

  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      <TextField label={words.username} hint={words.usernameHint} value={entry.username} onChange={set('username')} error={errorOf('username')} name="username" autoComplete="username" isCode maxLength={32} autoFocus isRequired />
      <TextField label={`${words.displayName} (${strings.optional})`} hint={words.displayNameHint} value={entry.displayName} onChange={set('displayName')} name="name" autoComplete="name" maxLength={64} />
      <TextField label={words.email} value={entry.email} onChange={set('email')} error={errorOf('email')} name="email" type="email" autoComplete="email" maxLength={254} isRequired />
      <PasswordField value={entry.password} onChange={set('password')} error={errorOf('password')} hint={words.passwordHint} autoComplete="new-password" />
      {refused ? null : <FormProblem error={registration.error} />}
      <Button type="submit" look="primary" isWide isPending={registration.isPending}>{words.registerAction}</Button>
    </form>
  );
}

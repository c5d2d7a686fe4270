import { strings } from '../../../lib/strings/strings.ts';

export type Registration = { username: string; displayName: string; email: string; password: string };

const words = strings.session;

/** What can be said before asking the server, by field. The limits are the contract's. */
export function checkRegistration({ username, email, password }: Registration): Partial<Record<keyof Registration, string>> {
  return {
    ...(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])$/.test(username) ? {} : { username: words.usernameShape }),
    ...(/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? {} : { email: words.emailShape }),
    ...([...password].length >= 8 ? {} : { password: words.passwordShort }),
  };
}

export function takenField(code: string): 'username' | 'email' | undefined {
  if (code === 'username.taken') return 'username';
  return code === 'email.taken' ? 'email' : undefined;
}

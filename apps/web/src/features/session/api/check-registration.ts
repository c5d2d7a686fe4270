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

/** Where on the form the server's refusal belongs. */
export function refusedField(code: string): keyof Registration | undefined {
  return fields[code];
}

const fields: Record<string, keyof Registration> = { 'username.taken': 'username', 'email.taken': 'email', 'password.common': 'password' };

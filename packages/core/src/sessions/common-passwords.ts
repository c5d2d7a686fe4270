import { dictionary } from '@zxcvbn-ts/language-common';
import { AppError } from '@confab/runtime';

const shortest = 8;

/** Of some 49,000 that leaked most often those that are long enough to be chosen. */
const common = new Set(dictionary['passwords-common'].filter((password) => typeof password === 'string' && password.length >= shortest));

/** Throws password.common, and request.invalid for one that normalisation makes shorter than the specification asks. */
export function assertFit(password: string): void {
  const normalized = password.normalize('NFKC');
  if (normalized.length < shortest) throw new AppError('request.invalid', { errors: [{ path: '/body', message: `a password must have ${shortest} characters after NFKC` }] });
  if (common.has(normalized.toLowerCase())) throw new AppError('password.common');
}

import { dictionary } from '@zxcvbn-ts/language-common';
import { AppError } from '@confab/runtime';

/** Of some 49,000 that leaked most often; the shortest allowed has eight characters. */
const common = new Set(dictionary['passwords-common'].filter((password) => typeof password === 'string' && password.length >= 8));

/** Throws password.common. */
export function assertUncommon(password: string): void {
  if (common.has(password.normalize('NFKC').toLowerCase())) throw new AppError('password.common');
}

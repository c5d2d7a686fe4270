import { AppError } from '@confab/runtime';

const shortest = 8;
let loading: Promise<ReadonlySet<string>> | undefined;

/** Throws password.common, and request.invalid for one that normalisation makes shorter than the specification asks. */
export async function assertFit(password: string): Promise<void> {
  const normalized = password.normalize('NFKC');
  if (normalized.length < shortest) throw new AppError('request.invalid', { errors: [{ path: '/body', message: `a password must have ${shortest} characters after NFKC` }] });
  loading ??= loadCommon();
  if ((await loading).has(normalized.toLowerCase())) throw new AppError('password.common');
}

/** Of some 49,000 that leaked most often those that are long enough to be chosen. Most processes never need them. */
async function loadCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(dictionary['passwords-common'].filter((password): password is string => typeof password === 'string' && password.length >= shortest));
}

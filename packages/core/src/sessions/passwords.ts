import { AppError } from '@confab/runtime';
import { hash, verify, type Algorithm, type Options } from '@node-rs/argon2';

/** What it costs to try one password. */
export type PasswordCost = { memoryKib: number; passes: number };

/** OWASP's minimum for argon2id; 46 ms and 19 MiB each time. */
const usualCost: PasswordCost = { memoryKib: 19_456, passes: 2 };

const atOnce = 2;
const waitingAtMost = 50;

export interface Passwords {
  hash(password: string): Promise<string>;
  /** A user without a password is compared with one that nobody has. */
  verify(passwordHash: string | null | undefined, password: string): Promise<boolean>;
  /** Whether it was made at the cost that is wanted today. */
  isCurrent(passwordHash: string): boolean;
}

export function createPasswords({ memoryKib, passes }: PasswordCost = usualCost): Passwords {
  const turn = createTurns(atOnce, waitingAtMost);
  const options: Options = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
  const beginning = `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$`;
  /** Of a password that nobody knows, at the same cost: an unknown user takes as long as a wrong password. */
  const nobodysHash = `${beginning}So3LUItwZuklPEwndVZiBQ$lQ0KzkRNoRcA9jAq4Z3eH+ogz3JRRgWnsHQ1Kxox0FU`;
  return {
    hash: (password) => turn(() => hash(password.normalize('NFKC'), options)),
    async verify(passwordHash, password) {
      const matches = await turn(() => verify(passwordHash ?? nobodysHash, password.normalize('NFKC')));
      return matches && typeof passwordHash === 'string';
    },
    isCurrent: (passwordHash) => passwordHash.startsWith(beginning),
  };
}

/** Lets few work at once and some wait; the rest is told to come back. */
function createTurns(limit: number, queueLimit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) {
      if (waiting.length >= queueLimit) throw new AppError('service.overloaded', { retryAfterSeconds: 2 });
      // Whoever finishes hands its place over, so that nobody slips in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

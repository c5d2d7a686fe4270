import { environmentNames } from './environment-names.ts';

/** Reads one value. Throws an Error whose message ends the sentence "NAME …". `undefined` comes in when it is not set or empty. */
export type Field<T> = (value: string | undefined) => T;
export type Shape = Record<string, Field<unknown>>;
export type Environment<S extends Shape> = { readonly [K in keyof S]: ReturnType<S[K]> };

/** All mistakes at once, so that one restart mends them. */
export class EnvironmentError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
    this.problems = problems;
  }
}

export function parseEnv<S extends Shape>(shape: S, env: Record<string, string | undefined>): Environment<S> {
  const problems: string[] = [];
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    try {
      result[name] = field(env[name] === '' ? undefined : env[name]);
    } catch (error) {
      problems.push(`${name} ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  problems.push(...unknownNames(shape, env));
  if (problems.length > 0) throw new EnvironmentError(problems);
  return Object.freeze(result) as Environment<S>;
}

function unknownNames(shape: Shape, env: Record<string, string | undefined>): string[] {
  const known = new Set([...environmentNames, ...Object.keys(shape)]);
  const problems: string[] = [];
  for (const name of Object.keys(env)) {
    if (known.has(name)) continue;
    const near = [...known].find((candidate) => isNear(name, candidate));
    if (near !== undefined) problems.push(`${name} is unknown; is ${near} meant?`);
    else if (name.startsWith('CONFAB_') && !name.startsWith('CONFAB_TEST_')) problems.push(`${name} is unknown`);
  }
  return problems;
}

/** Short names and other first words are left alone: HOME is not a misspelt HOST, nor APP_PORT an API_PORT. */
function isNear(name: string, candidate: string): boolean {
  if (candidate.length < 8 || name.split('_')[0] !== candidate.split('_')[0]) return false;
  return Math.abs(name.length - candidate.length) <= 2 && distance(name, candidate) <= 2;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

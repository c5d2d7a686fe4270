import { serverUrls } from './database-url.ts';
import type { Field } from './environment.ts';

function must(value: string | undefined): string {
  if (value === undefined) throw new Error('is missing');
  return value;
}

export const env = {
  text(fallback?: string): Field<string> {
    return (value) => value ?? must(fallback);
  },

  optionalText(): Field<string | undefined> {
    return (value) => value;
  },

  /** undefined when it is not set. */
  optional<T>(field: Field<T>): Field<T | undefined> {
    return (value) => (value === undefined ? undefined : field(value));
  },

  integer({ fallback, min = 0, max = Number.MAX_SAFE_INTEGER }: { fallback?: number; min?: number; max?: number } = {}): Field<number> {
    return (value) => {
      if (value === undefined && fallback !== undefined) return fallback;
      const text = must(value);
      const number = Number(text);
      if (!/^-?\d{1,16}$/.test(text) || number < min || number > max) throw new Error(`must be a whole number from ${min} to ${max}`);
      return number;
    };
  },

  /** 0 lets the system choose. */
  port(fallback?: number): Field<number> {
    return env.integer({ ...(fallback === undefined ? {} : { fallback }), max: 65_535 });
  },

  flag(fallback: boolean): Field<boolean> {
    return (value) => {
      if (value === undefined) return fallback;
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      throw new Error('must be true or false');
    };
  },

  oneOf<const T extends string>(values: readonly T[], fallback?: T): Field<T> {
    return (value) => {
      const text = value ?? must(fallback);
      const found = values.find((candidate) => candidate === text);
      if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`);
      return found;
    };
  },

  url(protocols: readonly string[], fallback?: string): Field<string> {
    return (value) => checkUrl(value ?? must(fallback), protocols);
  },

  /** Of PostgreSQL's primary; where several hosts stand in it, of whichever of them takes writes. */
  database(): Field<string> {
    return (value) => {
      const text = must(value);
      serverUrls(text);
      return text;
    };
  },

  urls(protocols: readonly string[]): Field<readonly string[]> {
    return (value) => Object.freeze(split(value).map((text) => checkUrl(text, protocols)));
  },

  /** One or several, as they are written: separated by commas. */
  urlList(protocols: readonly string[]): Field<string> {
    return (value) => split(must(value)).map((text) => checkUrl(text, protocols)).join(',');
  },

  list(): Field<readonly string[]> {
    return (value) => Object.freeze(split(value));
  },

  /** base64url of at least so many bytes. */
  secret(minBytes: number): Field<Buffer> {
    return (value) => {
      const text = must(value);
      const bytes = Buffer.from(text, 'base64url');
      if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text) || bytes.length < minBytes) throw new Error(`must be base64url of at least ${minBytes} bytes`);
      return bytes;
    };
  },
};

function split(value: string | undefined): string[] {
  return (value ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
}

/** The value itself is never repeated: it may hold a password. */
function checkUrl(text: string, protocols: readonly string[]): string {
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
    throw new Error(`must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  }
  return text;
}

import { createHmac, randomBytes } from 'node:crypto';

import { type Confab, type ConfabOptions, createConfab } from '@confab/sdk';
import { startApp, startTestStack, type TestApp, type TestStack, type TestStackOptions, registerPatiently } from '@confab/testing';

export const secret = Buffer.alloc(32, 5);

export interface Caller {
  readonly confab: Confab;
  readonly username: string;
  readonly password: string;
  /** What a browser would hold. */
  readonly cookies: Map<string, string>;
}

export type CallerOptions = Pick<ConfabOptions, 'session' | 'retryWithinMs' | 'cookieSession'> & {
  /** Which of the two processes it speaks to. */
  api?: number;
  address?: string;
  /** Put before everything that goes out. */
  through?: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch;
};

/** Two API processes over one database, behind a proxy that they believe, so that callers come from where they like. */
export interface TwoApis {
  readonly stack: TestStack;
  readonly other: TestApp;
  readonly urls: readonly string[];
  /** Not signed in yet; an address of its own unless it is given one. */
  caller(options?: CallerOptions, as?: Pick<Caller, 'username' | 'password'>): Caller;
  /** Somebody new. */
  register(options?: CallerOptions): Promise<Caller>;
  /** One request as it is, with nothing added. */
  post(api: number, path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** What it answers to that access token. */
  me(api: number, accessToken: string): Promise<number>;
}

export async function startTwoApis({ env = {}, otherEnv = {}, ...options }: TestStackOptions & { otherEnv?: Record<string, string> } = {}): Promise<TwoApis> {
  const common = { CONFAB_SECRET: secret.toString('base64url'), TRUST_PROXY: '1', GATEWAY_URLS: 'ws://127.0.0.1:3001/gateway?v=1', ...env };
  const { GATEWAY_URLS: _, ...forStack } = common;
  const stack = await startTestStack({ gateways: 0, ...options, env: options.gateways === undefined ? common : forStack });
  const other = await startApp('api', { DATABASE_URL: stack.database.applicationUrl, REDIS_URL: stack.redisUrl, PUBLIC_URL: stack.baseUrl, ...common, ...otherEnv });
  stack.onStop(() => other.stop());
  const urls = [stack.baseUrl, `http://127.0.0.1:${other.port}`];

  function caller({ api = 0, address = newAddress(), through = (fetch) => fetch, ...sdk }: CallerOptions = {}, as = newName()): Caller {
    const cookies = new Map<string, string>();
    const fetch = through(asBrowser(stack.fetch, { address, origin: stack.baseUrl, cookies }));
    const confab = createConfab({ baseUrl: urls[api] ?? '', fetch, ...sdk });
    stack.onStop(() => confab.close());
    return { confab, cookies, username: as.username, password: as.password };
  }

  const post = (api: number, path: string, body: unknown, headers: Record<string, string> = {}) =>
    stack.fetch(`${urls[api]}/api/v1${path}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': newAddress(), ...headers }, body: JSON.stringify(body) });

  return {
    stack,
    other,
    urls,
    caller,
    async register(given) {
      const somebody = caller(given);
      const { username, password, confab } = somebody;
      await registerPatiently(confab, { username, password, email: `${username}@example.org` });
      return somebody;
    },
    post,
    async me(api, accessToken) {
      const response = await stack.fetch(`${urls[api]}/api/v1/users/me`, { headers: { authorization: `Bearer ${accessToken}`, 'x-forwarded-for': newAddress() } });
      await response.arrayBuffer();
      return response.status;
    },
  };
}

export function newAddress(): string {
  return `10.${[...randomBytes(3)].join('.')}`;
}

const newName = () => ({ username: `user-${randomBytes(6).toString('hex')}`, password: randomBytes(12).toString('base64url') });

type Page = { address: string; origin: string; cookies: Map<string, string> };

/** As a browser does on a page of the deployment, as far as matters here. */
function asBrowser(fetch: typeof globalThis.fetch, { address, origin, cookies }: Page): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('x-forwarded-for', address);
    headers.set('origin', origin);
    if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
}

/** RFC 6238, by hand: the product's own library is not asked to check itself. */
export function totpCode(base32: string, step: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...base32].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export const currentStep = (): number => Math.floor(Date.now() / 30_000);

import { createMemorySession, type ProblemError, type SessionStore } from '@confab/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwoApis, type Caller, type TwoApis } from '../testing/two-apis.ts';
import { needsSecureCookies } from './refresh-cookie.ts';

let apis: TwoApis;

beforeAll(async () => {
  apis = await startTwoApis({ otherEnv: { PUBLIC_URL: 'https://chat.example.org' } });
});
afterAll(() => apis.stack.stop());

const browser = (store: SessionStore = createMemorySession()) => apis.register({ cookieSession: true, session: store });
const cookieOf = ({ cookies }: Caller) => cookies.get('confab_refresh') ?? '';
const body = ({ username, password }: Caller) => ({ username, password, refreshTokenIn: 'cookie' });

describe('a cookie session', () => {
  test('keeps the refresh token where no script reads it, goes on by it, and ends with it', async () => {
    const store = createMemorySession();
    const caller = await browser(store);
    const first = cookieOf(caller);
    expect(first).toMatch(/^[0-9a-f-]{36}\.1\./);
    expect(JSON.stringify([await store.get(), caller.confab.auth.session])).not.toContain(first.split('.')[2]);
    await caller.confab.auth.refresh();
    expect(cookieOf(caller)).toMatch(/^[0-9a-f-]{36}\.2\./);
    expect(caller.confab.auth.session?.refreshToken).toBeUndefined();
    expect(await caller.confab.rest.getMe()).toEqual(caller.confab.auth.user);
    await caller.confab.auth.signOut();
    expect(cookieOf(caller)).toBe('');
  });

  test('is found again by a page that knows nothing but the cookie', async () => {
    const caller = await browser();
    const reopened = apis.caller({ cookieSession: true });
    expect(await reopened.confab.auth.restore()).toBeUndefined();
    reopened.cookies.set('confab_refresh', cookieOf(caller));
    expect(await reopened.confab.auth.restore()).toEqual(caller.confab.auth.user);
    expect(await reopened.confab.rest.getMe()).toEqual(caller.confab.auth.user);
  });

  test('of one tab ends when another tab signs in as somebody else', async () => {
    const [ada, bob] = [await browser(), await browser()];
    ada.cookies.set('confab_refresh', cookieOf(bob));
    await expect(ada.confab.auth.refresh()).rejects.toEqual(expect.objectContaining<Partial<ProblemError>>({ code: 'session.ended' }));
    expect(ada.confab.auth.user).toBeUndefined();
    // What ada's tab signs out of is not bob's to lose.
    const late = await browser();
    late.cookies.set('confab_refresh', cookieOf(bob));
    await late.confab.auth.signOut();
    expect(cookieOf(late)).toBe(cookieOf(bob));
  });

  test.each(['sign out everywhere', 'end this one by its id'])('loses its cookie: %s', async (way) => {
    const caller = await browser();
    const { rest, auth } = caller.confab;
    await (way === 'sign out everywhere' ? rest.signOutEverywhere() : rest.endSession(auth.session?.sessionId ?? ''));
    expect(cookieOf(caller)).toBe('');
  });
});

describe('the cookie', () => {
  const attributes = async (api: number, origin: string) => {
    const caller = await apis.register();
    const answer = await apis.post(api, '/auth/login', body(caller), { origin });
    expect(answer.status).toBe(200);
    expect(await answer.json()).not.toHaveProperty('refreshToken');
    const [cookie = '', ...others] = answer.headers.getSetCookie();
    expect(others).toEqual([]);
    return cookie.split('; ').slice(1).filter((part) => !part.startsWith('Expires=')).toSorted();
  };

  test('is bound to the path, for no script and no other site, and secure outside of loopback', async () => {
    const always = ['HttpOnly', 'Max-Age=2592000', 'Path=/api/v1/auth', 'SameSite=Strict'];
    expect(await attributes(0, apis.stack.baseUrl)).toEqual(always);
    expect(await attributes(1, 'https://chat.example.org')).toEqual([...always, 'Secure'].toSorted());
  });

  test.each([
    ['http://localhost:3000', false],
    ['http://127.0.0.1', false],
    ['http://[::1]:8080', false],
    ['http://confab.localhost', false],
    ['http://127.example.org', true],
    ['http://chat.example.org', true],
    ['https://chat.example.org', true],
  ])('of %s is secure: %s', (url, isSecure) => {
    expect(needsSecureCookies(url)).toBe(isSecure);
  });

  test('is neither given nor taken without an origin that is ours, or as anything but JSON', async () => {
    const caller = await browser();
    const headers = { cookie: `confab_refresh=${cookieOf(caller)}` };
    const origin = apis.stack.baseUrl;
    const outcome = async (answer: Promise<Response>) => [(await answer).status, (await answer).headers.getSetCookie().length];
    expect(await outcome(apis.post(0, '/auth/login', body(caller)))).toEqual([403, 0]);
    expect(await outcome(apis.post(0, '/auth/login', body(caller), { origin: 'https://evil.example' }))).toEqual([403, 0]);
    expect(await outcome(apis.post(0, '/auth/register', { ...body(caller), username: 'somebody-else', email: 'else@example.org' }))).toEqual([403, 0]);
    expect(await outcome(apis.post(0, '/auth/refresh', {}, headers))).toEqual([403, 0]);
    expect(await outcome(apis.post(0, '/auth/refresh', {}, { ...headers, origin: 'https://evil.example' }))).toEqual([403, 0]);
    expect(await outcome(apis.post(0, '/auth/refresh', {}, { ...headers, origin, 'content-type': 'text/plain' }))).toEqual([415, 0]);
    // Refused before anybody was registered.
    expect((await apis.post(0, '/auth/login', { username: 'somebody-else', password: caller.password })).status).toBe(401);
    expect(await outcome(apis.post(0, '/auth/refresh', {}, { ...headers, origin }))).toEqual([200, 1]);
  });

  test('does not count where the token is in the body, and is not made for it', async () => {
    const [plain, other] = [await apis.register(), await browser()];
    const answer = await apis.post(0, '/auth/refresh', { refreshToken: plain.confab.auth.session?.refreshToken }, { cookie: `confab_refresh=${cookieOf(other)}`, origin: apis.stack.baseUrl });
    expect(await answer.json()).toMatchObject({ sessionId: plain.confab.auth.session?.sessionId, refreshToken: expect.any(String) as string });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test.each(['', 'x', `01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d.1.${'A'.repeat(43)}`])('with %j in it is refused like no cookie', async (value) => {
    const answer = await apis.post(0, '/auth/refresh', {}, { cookie: `confab_refresh=${value}`, origin: apis.stack.baseUrl });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'refresh.invalid']);
  });
});

import { type RateLimitClass, rateLimits } from '@confab/contract';
import { createRedis, type Redis } from '@confab/redis';
import { createLogger } from '@confab/runtime';
import { emptyTestRedis, isRedisCluster, startTcpProxy, type TcpProxy } from '@confab/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newAddress, startTwoApis, type Caller, type TwoApis } from '../testing/two-apis.ts';

let wire: TcpProxy;
let redis: Redis;
let apis: TwoApis;
let address: string;

/** The second process hears Redis through a wire that can be broken. */
beforeAll(async () => {
  const redisUrl = await emptyTestRedis();
  wire = await startTcpProxy(redisUrl);
  redis = createRedis({ url: redisUrl, name: 'test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }), queue: true });
  apis = await startTwoApis({ otherEnv: { REDIS_URL: wire.url, LOG_LEVEL: 'debug' } });
});
beforeEach(() => {
  address = newAddress();
});
afterEach(() => wire.restore());
afterAll(async () => {
  await redis.stop();
  await apis.stack.stop();
  await wire.stop();
});

/** So many were counted already. */
async function spend(name: RateLimitClass, scope: 'user' | 'address', key: string, left: number): Promise<void> {
  const { limit, windowSeconds } = rateLimits[name][scope] ?? expect.fail('has no such limit');
  await redis.client.set(`limit:${name}:${scope}:${key}`, limit - left, { expiration: { type: 'EX', value: windowSeconds } });
}

const headersOf = (response: Response) => ['ratelimit-policy', 'ratelimit', 'retry-after'].map((name) => response.headers.get(name));
const login = (api: number, { username, password }: Pick<Caller, 'username' | 'password'>, from = address) => apis.post(api, '/auth/login', { username, password }, { 'x-forwarded-for': from });
const codeOf = async (response: Response) => ((await response.json()) as { code?: string }).code;

function me(api: number, { confab }: Caller, from = address): Promise<Response> {
  return apis.stack.fetch(`${apis.urls[api]}/api/v1/users/me`, { headers: { authorization: `Bearer ${confab.auth.session?.accessToken ?? ''}`, 'x-forwarded-for': from } });
}

describe('every answer', () => {
  test('says which limits count and what is left', async () => {
    const caller = await apis.register();
    expect(headersOf(await me(0, caller))).toEqual(['"read-address";q=12000;w=60, "read-user";q=1200;w=60', expect.stringMatching(/^"read-user";r=1199;t=\d+$/), null]);
    expect(headersOf(await apis.post(0, '/auth/login', {}, { 'x-forwarded-for': address }))).toEqual(['"sign_in-address";q=60;w=60', expect.stringMatching(/^"sign_in-address";r=59;t=\d+$/), null]);
    // Another process counts on.
    expect(headersOf(await me(1, caller))[1]).toMatch(/^"read-user";r=1198;/);
  });
});

describe('too many', () => {
  test('from one address are refused, on every process, and from another are not', async () => {
    await spend('sign_in', 'address', address, 1);
    const caller = await apis.register();
    expect((await login(0, caller)).status).toBe(200);
    for (const api of [0, 1]) {
      const answer = await login(api, caller);
      expect(answer.status).toBe(429);
      const [policy, left, retryAfter] = headersOf(answer);
      expect([policy, left]).toEqual(['"sign_in-address";q=60;w=60', `"sign_in-address";r=0;t=${retryAfter}`]);
      expect(Number(retryAfter)).toBeGreaterThan(0);
      expect(Number(retryAfter)).toBeLessThanOrEqual(60);
      expect(await answer.json()).toMatchObject({ code: 'rate.limited', retryable: true });
    }
    expect((await login(0, caller, newAddress())).status).toBe(200);
  });

  test('of one user are refused wherever he is, and nobody else', async () => {
    const [eager, other] = [await apis.register(), await apis.register()];
    await spend('read', 'user', eager.confab.auth.user?.id ?? '', 1);
    expect((await me(0, eager)).status).toBe(200);
    const answer = await me(1, eager, newAddress());
    expect([answer.status, headersOf(answer)[0]]).toEqual([429, '"read-address";q=12000;w=60, "read-user";q=1200;w=60']);
    expect((await me(0, other)).status).toBe(200);
  });

  test('from one address are refused whatever else is wrong with them, and count for no user', async () => {
    const caller = await apis.register();
    const userId = caller.confab.auth.user?.id ?? '';
    await spend('read', 'address', address, 0);
    const withoutToken = async () => (await apis.stack.fetch(`${apis.urls[0]}/api/v1/users/me`, { headers: { 'x-forwarded-for': address } })).status;
    // The first is refused by Redis' word, beside which a user would have been counted; from then on the process knows.
    expect(await withoutToken()).toBe(429);
    const counted = () => redis.client.get(`limit:read:user:${userId}`);
    const before = await counted();
    for (let n = 0; n < 3; n += 1) {
      const answer = await me(0, caller);
      expect([answer.status, headersOf(answer)]).toEqual([429, ['"read-address";q=12000;w=60', expect.stringMatching(/^"read-address";r=0;t=\d+$/), expect.stringMatching(/^\d+$/)]]);
    }
    expect(await withoutToken()).toBe(429);
    expect(await counted()).toBe(before);
    expect((await me(0, caller, newAddress())).status).toBe(200);
  });

  test.skipIf(isRedisCluster())('are known by one trip to Redis, and the session too', async () => {
    const caller = await apis.register();
    const asked = ['limit:read:address', 'limit:read:user', 'session:'];
    async function tripsOfOne(): Promise<string[][]> {
      const trips = wire.record();
      expect((await me(1, caller)).status).toBe(200);
      return trips.map((text) => asked.filter((key) => text.includes(key))).filter((keys) => keys.length > 0);
    }
    // Now and then a key is looked up first, or Redis has forgotten that the session lives.
    await expect.poll(tripsOfOne).toEqual([asked]);
  });

  test('from one network of IPv6 are one caller', async () => {
    const somebody = { username: 'nobody', password: 'nothing' };
    await spend('sign_in', 'address', '2001:db8:7:7::/64', 0);
    expect((await login(0, somebody, '2001:db8:7:7::1')).status).toBe(429);
    expect((await login(0, somebody, '2001:db8:7:7:ffff::2')).status).toBe(429);
    expect((await login(0, somebody, '2001:db8:7:8::1')).status).toBe(401);
  });
});

describe.each(['cut', 'hang'] as const)('with Redis: %s', (how) => {
  test('nobody signs in, and everything else counts by itself', { timeout: 60_000 }, async () => {
    const caller = await apis.register({ api: 1 });
    const told = apis.other.log.length;
    wire[how]();
    for (let n = 0; n < 3; n += 1) {
      const answer = await login(1, caller);
      expect([answer.status, await codeOf(answer), answer.headers.has('retry-after')]).toEqual([503, 'redis.unavailable', true]);
      // Here nothing but the limit itself asks Redis.
      const registration = await apis.post(1, '/auth/register', { username: `late-${n}-${how}`, password: 'a password of mine', email: `late-${n}-${how}@example.org` });
      expect([registration.status, await codeOf(registration)]).toEqual([503, 'redis.unavailable']);
      const read = await me(1, caller);
      expect([read.status, headersOf(read)[0]]).toEqual([200, '"read-address";q=12000;w=60, "read-user";q=1200;w=60']);
      expect(headersOf(read)[1]).toMatch(new RegExp(`^"read-user";r=${1199 - n};`));
    }
    // Where it hangs, the answer was not waited for; where it is cut, there is nobody to wait for.
    const uncounted = () => JSON.stringify(apis.other.log.slice(told).filter(({ msg }) => msg === 'requests cannot be counted in redis'));
    await expect.poll(uncounted).toContain(how === 'hang' ? 'no answer within 300 ms' : 'err');
    wire.restore();
    await expect.poll(async () => (await login(1, caller)).status, { timeout: 20_000 }).toBe(200);
  });
});

describe('wrong passwords', () => {
  const wrong = (caller: Caller, from = address, api = 0) => login(api, { username: caller.username, password: 'not that one' }, from);

  test('five from one address close the account to it, for the right one too, on every process, and to nobody else', async () => {
    const owner = await apis.register();
    for (let n = 0; n < 5; n += 1) expect((await wrong(owner, address, n % 2)).status).toBe(401);
    for (const api of [0, 1]) {
      const answer = await login(api, owner);
      expect([answer.status, await codeOf(answer)]).toEqual([429, 'rate.limited']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(800);
    }
    expect((await wrong(owner)).status).toBe(429);
    // The owner elsewhere signs in, and where he is signed in nothing happens to him, from that address neither.
    expect((await login(0, owner, newAddress())).status).toBe(200);
    expect((await me(0, owner, address)).status).toBe(200);
    expect((await login(0, await apis.register(), address)).status).toBe(200);
  });

  test('a right one begins the count anew', async () => {
    const owner = await apis.register();
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 4; n += 1) expect((await wrong(owner)).status).toBe(401);
      expect((await login(0, owner)).status).toBe(200);
    }
  });

  test('twenty from one address close it for every account', { timeout: 60_000 }, async () => {
    const owners = await Promise.all(Array.from({ length: 5 }, () => apis.register()));
    for (const owner of owners.slice(0, 4)) for (let n = 0; n < 5; n += 1) expect((await wrong(owner, address, n % 2)).status).toBe(401);
    const [last] = owners.slice(4);
    expect((await login(0, last!)).status).toBe(429);
    expect((await login(0, last!, newAddress())).status).toBe(200);
  });

  test('of a name that nobody has count alike', async () => {
    const nobody = { username: `nobody-${Math.random()}`, password: 'not that one' };
    for (let n = 0; n < 5; n += 1) expect((await login(0, nobody)).status).toBe(401);
    expect((await login(0, nobody)).status).toBe(429);
  });

  test('many at once learn no more than a few in a row', async () => {
    const owner = await apis.register();
    const guesses = await Promise.all(Array.from({ length: 16 }, (_, n) => (n === 15 ? login(0, owner) : wrong(owner))));
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses[15]).toBe(429);
  });

  test('shown by somebody who is signed in count for him alone, and his sessions live on', async () => {
    const owner = await apis.register();
    const { rest } = owner.confab;
    const change = (currentPassword: string) => rest.changePassword({ currentPassword, newPassword: 'a much finer one' }, { retryWithinMs: 0 });
    for (let n = 0; n < 5; n += 1) await expect(change('not that one')).rejects.toMatchObject({ code: 'password.wrong' });
    await expect(change(owner.password)).rejects.toMatchObject({ code: 'rate.limited' });
    expect(await rest.getMe()).toEqual(owner.confab.auth.user);
  });
});

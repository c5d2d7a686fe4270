import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createConfab, ProblemError } from '@confab/sdk';
import type { Confab, ConfabOptions, Schemas } from '@confab/sdk';
import { createCheckedSockets } from './open-socket.ts';
import type { TestStack } from './stack.ts';

export interface TestUser {
  readonly confab: Confab;
  readonly user: Schemas['CurrentUser'];
  readonly password: string;
  /** Ends its sockets without a goodbye. Answers how many there were. */
  cut(): number;
}

export type TestUserOptions = Partial<Pick<Schemas['RegisterRequest'], 'username' | 'displayName'>> & Pick<ConfabOptions, 'session' | 'logger' | 'retryWithinMs' | 'traceparent'> & {
  /** The place in `stack.gateways` of the one to connect to. */
  gateway?: number;
};

/** Someone new, registered through the SDK; everything he receives and sends is checked against the spec. */
export async function createTestUser(stack: TestStack, { gateway, username = uniqueName(), displayName, ...options }: TestUserOptions = {}): Promise<TestUser> {
  const sockets = createCheckedSockets(stack.checks);
  const url = gateway === undefined ? undefined : stack.gatewayUrls[gateway];
  const confab = createConfab({
    baseUrl: stack.baseUrl,
    fetch: stack.fetch,
    webSocket: sockets.open,
    ...(url === undefined ? {} : { chooseGateway: () => url }),
    ...options,
  });
  stack.onStop(() => confab.close());
  const password = randomBytes(12).toString('base64url');
  const user = await registerPatiently(confab, { username, password, email: `${username}@example.org`, ...(displayName === undefined ? {} : { displayName }) });
  return { confab, user, password, cut: sockets.cut };
}

/** Limits are counted in Redis, for which a request waits 300 ms: on a slow machine it may have to be made again. */
export async function registerPatiently({ auth }: Confab, body: Schemas['RegisterRequest']): Promise<Schemas['CurrentUser']> {
  for (let left = 20; ; left -= 1) {
    try {
      return await auth.register(body);
    } catch (error) {
      if (left === 0 || !(error instanceof ProblemError) || error.code !== 'redis.unavailable') throw error;
      await delay(500);
    }
  }
}

const uniqueName = (): string => `user-${randomBytes(6).toString('hex')}`;

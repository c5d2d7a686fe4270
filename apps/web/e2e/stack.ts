import { fileURLToPath } from 'node:url';
import { createTestUser, startTestStack, type TestStack, type TestStackOptions, type TestUser } from '@confab/testing';
import type { Browser, Page } from 'playwright-core';
import { type OpenOptions, openPage } from './browser.ts';

const webDir = fileURLToPath(new URL('../dist', import.meta.url));

/** Confab and the built web app. */
export function startWebStack({ gateways = 1, env = {} }: Pick<TestStackOptions, 'gateways' | 'env'> = {}): Promise<TestStack> {
  return startTestStack({ gateways, env: { WEB_DIR: webDir, ...env } });
}

export type Member = TestUser & { page: Page };

/** Somebody with an account, signed in through the form. */
export async function openMember(browser: Browser, stack: TestStack, displayName: string, { gateway, ...options }: OpenOptions & { gateway?: number } = {}): Promise<Member> {
  const user = await createTestUser(stack, { displayName });
  const page = await openPage(browser, stack, { ...options, gatewayUrl: gateway === undefined ? undefined : stack.gatewayUrls[gateway] });
  await signIn(page, user);
  return { ...user, page };
}

export async function signIn(page: Page, { user, password }: TestUser): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Username').fill(user.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Settings' }).waitFor();
}

/** A room with these members, made over the SDK. */
export async function createRoom(owner: TestUser, name: string, members: TestUser[] = [], kind: 'public' | 'private' = 'public'): Promise<string> {
  const room = await owner.confab.rest.createRoom({ name, kind });
  for (const { user } of members) await owner.confab.rest.addMember(room.id, { username: user.username });
  return room.id;
}

/** Messages one after the other, so that their order is known. */
export async function say(author: TestUser, roomId: string, texts: string[]): Promise<void> {
  for (const [index, content] of texts.entries()) await author.confab.rest.createMessage(roomId, { content, nonce: `${Date.now()}-${index}` });
}

export const numbered = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `message ${from + index}`);

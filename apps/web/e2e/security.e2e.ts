import { createHmac } from 'node:crypto';
import type { TestStack } from '@confab/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './axe.ts';
import { closePages, launchBrowser, openPage } from './browser.ts';
import { roomPage } from './room-page.ts';
import { createRoom, type Member, openMember, signIn, startWebStack } from './stack.ts';

let browser: Browser;
let stack: TestStack;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack({ gateways: 2, env: { PRESENCE_GRACE_MS: '5000' } }), launchBrowser()]);
});
afterEach(() => closePages(browser));
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const signInScreen = (page: Page) => page.getByRole('heading', { name: 'Sign in', level: 1 });

async function fillIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** axe in both themes, and nothing that scrolls sideways on a telephone. */
async function expectFit(page: Page, name: string): Promise<void> {
  await expectAccessible(page, name, ['minor', 'moderate', 'serious', 'critical'], (theme) => picture(page, `${name}-${theme}-wide`));
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'auto').length), `${name} at 360`).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), `${name} at 360`).toBe(false);
  await picture(page, `${name}-dark-360`);
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: null });
}

const pictures = process.env['PICTURES'];
async function picture(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name.replaceAll(' ', '-')}.png` });
}

/** The code of an authenticator app (RFC 6238), `steps` of 30 s from now. */
function codeOf(secret: string, steps = 0): string {
  const bits = [...secret].map((char) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash.at(-1)! & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('the refresh token is where no script reads it, and a reload stays signed in', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const [cookie] = await ada.page.context().cookies(`${stack.baseUrl}/api/v1/auth/refresh`);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  // What the version before left behind goes.
  await ada.page.evaluate(() => localStorage.setItem('confab.session', '{"refreshToken":"old"}'));
  await ada.page.reload();
  await ada.page.getByRole('link', { name: 'Settings' }).waitFor();
  const kept = await ada.page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]));
  expect(kept).toContain(ada.user.id);
  expect(kept).not.toMatch(/token|"old"|eyJ/i);
  expect(kept).not.toContain(cookie!.value);
});

test('the other browser is in the list, and ending it signs it out within seconds, back to where it was afterwards', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const other = await openPage(browser, stack, { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' });
  await signIn(other, ada);
  await other.goto('/browse');
  await other.getByRole('heading', { name: 'Browse rooms', level: 1 }).waitFor();
  await ada.page.goto('/settings');
  const list = ada.page.getByRole('list').filter({ hasText: 'This one' });
  // Registered over the SDK, signed in here, signed in there.
  await expect.poll(() => list.getByRole('listitem').count(), { timeout: 10_000 }).toBe(3);
  expect(await list.getByText('This one').count()).toBe(1);
  await expectFit(ada.page, 'sessions');
  await list.getByRole('button', { name: /^Sign out Firefox on Linux/ }).click();
  await signInScreen(other).waitFor({ timeout: 10_000 });
  await other.getByText('Your session has ended.').waitFor();
  await expect.poll(() => list.getByRole('listitem').count(), { timeout: 10_000 }).toBe(2);
  await fillIn(other, ada.user.username, ada.password);
  await other.getByRole('heading', { name: 'Browse rooms', level: 1 }).waitFor();
});

test('signing out everywhere ends every browser', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const other = await openPage(browser, stack);
  await signIn(other, ada);
  await ada.page.goto('/settings');
  await ada.page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await signInScreen(ada.page).waitFor();
  await signInScreen(other).waitFor({ timeout: 10_000 });
});

test('a password is changed: the old one is no good any more, and common ones are refused at the field', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const other = await openPage(browser, stack);
  await signIn(other, ada);
  await ada.page.goto('/settings');
  const change = async (current: string, next: string) => {
    await ada.page.getByLabel('Current password').fill(current);
    await ada.page.getByLabel('New password').fill(next);
    await ada.page.getByRole('button', { name: 'Change password' }).click();
  };
  await change(ada.password, 'password1');
  await ada.page.getByText('among the commonest').waitFor();
  await change('not the right one', 'a better one than before');
  await ada.page.getByText('That is not your password.').waitFor();
  await expectFit(ada.page, 'password refused');
  await change(ada.password, 'a better one than before');
  await ada.page.getByText('Your password is changed.').waitFor();
  await signInScreen(other).waitFor({ timeout: 10_000 });
  await fillIn(other, ada.user.username, ada.password);
  await other.getByText('The username or password is wrong.').waitFor();
  await fillIn(other, ada.user.username, 'a better one than before');
  await other.getByRole('link', { name: 'Settings' }).waitFor();
});

test('with a second factor signing in asks for a code, or takes a recovery code; and it can be removed', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  await ada.page.goto('/settings');
  await ada.page.getByRole('button', { name: 'Set up' }).click();
  await ada.page.getByRole('textbox', { name: 'Password', exact: true }).fill(ada.password);
  await ada.page.getByRole('button', { name: 'Next' }).click();
  await ada.page.getByRole('img', { name: /QR code/ }).waitFor();
  const secret = await ada.page.locator('code').first().innerText();
  await expectFit(ada.page, 'enrolment');
  await ada.page.getByLabel('Code from the app').fill(codeOf(secret));
  await ada.page.getByRole('button', { name: 'Turn on' }).click();
  const codes = ada.page.getByRole('list').filter({ hasText: /^(?:[A-Z2-7]{4}-?)+/ });
  const recoveryCode = await codes.getByRole('listitem').first().innerText();
  await expectFit(ada.page, 'recovery codes');
  const [download] = await Promise.all([ada.page.waitForEvent('download'), ada.page.getByRole('button', { name: 'Download' }).click()]);
  expect(download.suggestedFilename()).toBe('confab-recovery-codes.txt');
  await ada.page.getByRole('button', { name: 'I have kept them' }).click();
  await ada.page.getByText('You have 10 recovery codes left.').waitFor();

  const other = await openPage(browser, stack);
  await other.goto('/sign-in');
  await fillIn(other, ada.user.username, ada.password);
  await other.getByText('This account has a second factor.').waitFor();
  await other.getByLabel('Code', { exact: true }).fill('000000');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('That code is wrong or was used already.').waitFor();
  await expectFit(other, 'code');
  // The code that confirmed is spent; the next one is good already.
  await other.getByLabel('Code', { exact: true }).fill(codeOf(secret, 1));
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByRole('link', { name: 'Settings' }).waitFor();

  const third = await openPage(browser, stack);
  await third.goto('/sign-in');
  await fillIn(third, ada.user.username, ada.password);
  await third.getByLabel('Code', { exact: true }).fill(recoveryCode);
  await third.getByRole('button', { name: 'Sign in' }).click();
  await third.getByRole('link', { name: 'Settings' }).click();
  await third.getByText('You have 9 recovery codes left.').waitFor();
  await third.getByRole('button', { name: 'Remove second factor' }).click();
  await third.getByRole('textbox', { name: 'Password', exact: true }).fill(ada.password);
  await third.getByRole('button', { name: 'Remove second factor' }).click();
  await third.getByText('The second factor is removed.').waitFor();
  await third.getByRole('button', { name: 'Set up' }).waitFor();
});

test('after too many wrong passwords it says when to try again', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const page = await openPage(browser, stack);
  await page.goto('/sign-in');
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await fillIn(page, ada.user.username, `wrong ${attempt}`);
    await page.getByText(attempt < 5 ? 'The username or password is wrong.' : /Try again in \d+ (?:minutes|seconds)\./).waitFor();
  }
  await expectFit(page, 'limited');
});

test('a tab follows what another one does: signed out there, signed out here; signed in there, back here', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const second = await ada.page.context().newPage();
  await second.goto('/browse');
  await second.getByRole('heading', { name: 'Browse rooms', level: 1 }).waitFor();
  await ada.page.goto('/settings');
  await ada.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await signInScreen(ada.page).waitFor();
  await signInScreen(second).waitFor({ timeout: 5_000 });
  await fillIn(ada.page, ada.user.username, ada.password);
  await ada.page.getByRole('link', { name: 'Settings' }).waitFor();
  await second.getByRole('heading', { name: 'Browse rooms', level: 1 }).waitFor();
});

test('who is here shows in the member list and the header, and goes when they go', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const grace: Member = await openMember(browser, stack, 'Grace', { gateway: 1 });
  const roomId = await createRoom(ada, 'presence', [grace]);
  await roomPage(ada.page).load(roomId);
  await ada.page.getByRole('button', { name: /2 members, 2 online/ }).click();
  const row = ada.page.getByRole('listitem').filter({ hasText: 'Grace' });
  await row.getByText('Online', { exact: true }).waitFor({ state: 'attached' });
  await expectFit(ada.page, 'members');
  await grace.page.context().close();
  // Whoever only reloads does not go: there is a grace.
  await row.getByText('Offline', { exact: true }).waitFor({ state: 'attached', timeout: 40_000 });
  await ada.page.getByRole('button', { name: /2 members, 1 online/ }).waitFor();
});

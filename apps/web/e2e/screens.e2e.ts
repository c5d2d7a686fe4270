import { gzipSync } from 'node:zlib';
import type { TestStack } from '@confab/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './axe.ts';
import { launchBrowser, openPage } from './browser.ts';
import { roomPage } from './room-page.ts';
import { createRoom, type Member, numbered, openMember, say, startWebStack } from './stack.ts';

let browser: Browser;
let stack: TestStack;
let ada: Member;
let roomId: string;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(), launchBrowser()]);
  ada = await openMember(browser, stack, 'Ada');
  roomId = await createRoom(ada, 'general');
  await say(ada, roomId, [...numbered(1, 12), '```ts\nconst line = "a line of code that is longer than the screen of any telephone is wide, and then some";\n```', 'https://example.org/' + 'a'.repeat(200), '> quoted\n\n- list\n- `code`']);
  await createRoom(ada, 'a room whose name is far longer than the space that any list has for it', [], 'private');
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

type Screen = { path: () => string; act?: (page: Page) => Promise<unknown>; shows: (page: Page) => Promise<unknown> };

const openDialog = (label: string) => (page: Page) => page.getByRole('button', { name: label }).first().click();
const screens: Record<string, Screen> = {
  'list of rooms': { path: () => '/', shows: (page) => page.getByRole('link', { name: 'Public room general' }).waitFor() },
  room: { path: () => `/rooms/${roomId}`, shows: (page) => roomPage(page).seen('quoted') },
  members: { path: () => `/rooms/${roomId}?panel=members`, shows: (page) => page.getByText('(you)').waitFor() },
  browse: { path: () => '/browse', shows: (page) => page.getByText(/public room/).first().waitFor() },
  settings: { path: () => '/settings', shows: (page) => page.getByRole('button', { name: 'Sign out', exact: true }).waitFor() },
  'no such room': { path: () => '/rooms/01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d', shows: (page) => page.getByText(/does not exist/).waitFor() },
  'new room': { path: () => '/browse', act: (page) => openDialog('Create a room')(page), shows: (page) => page.getByRole('dialog').getByLabel('Name').waitFor() },
  'quick switcher': { path: () => '/browse', act: (page) => page.keyboard.press('Control+k'), shows: (page) => page.getByRole('option').first().waitFor() },
  'room menu': { path: () => `/rooms/${roomId}`, act: (page) => openDialog('Room actions')(page), shows: (page) => page.getByRole('menuitem').first().waitFor() },
};

async function goTo(page: Page, { path, act, shows }: Screen): Promise<void> {
  await page.goto(path());
  await page.locator('#conversation').waitFor({ state: 'attached' });
  await act?.(page);
  await shows(page);
}

const isSideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

const expectNothingSerious = (page: Page, name: string) => expectAccessible(page, name, ['serious', 'critical']);

test('axe finds nothing serious on any screen, light or dark', { timeout: 240_000 }, async () => {
  for (const [name, screen] of Object.entries(screens)) {
    await goTo(ada.page, screen);
    await expectNothingSerious(ada.page, name);
  }
});

test('axe finds nothing serious in signing in and registering, with their errors', async () => {
  const page = await openPage(browser, stack);
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Username is needed.').waitFor();
  await expectNothingSerious(page, 'sign in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('That is not a whole e-mail address.').waitFor();
  await expectNothingSerious(page, 'register');
  await page.context().close();
});

test('nothing scrolls sideways at 360 and 320 pixels, and everything has a way back', async () => {
  const expectFits = async (name: string) => {
    for (const width of [360, 320]) {
      await ada.page.setViewportSize({ width, height: 640 });
      // An open menu finds its new place a frame later.
      await expect.poll(() => isSideways(ada.page), { message: `${name} at ${width}` }).toBe(false);
    }
  };
  for (const [name, screen] of Object.entries(screens)) {
    // On a small screen these two are opened from the list.
    if (name === 'new room' || name === 'quick switcher') continue;
    await ada.page.setViewportSize({ width: 360, height: 640 });
    await goTo(ada.page, screen);
    await expectFits(name);
  }
  await goTo(ada.page, screens['room'] as Screen);
  await ada.page.getByRole('link', { name: 'Back' }).click();
  await ada.page.getByRole('button', { name: 'Create a room' }).click();
  await ada.page.getByRole('dialog').getByLabel('Name').waitFor();
  await expectFits('new room');
  await ada.page.setViewportSize({ width: 1280, height: 800 });
});

test('at 200 % zoom everything is still there', async () => {
  // Twice the size in the same window is the same as half the window.
  await ada.page.setViewportSize({ width: 640, height: 400 });
  for (const [name, screen] of Object.entries(screens)) {
    await goTo(ada.page, screen);
    expect(await isSideways(ada.page), name).toBe(false);
  }
  await ada.page.setViewportSize({ width: 1280, height: 800 });
});

test('the keyboard reaches everything: switcher, rooms, messages, composer', async () => {
  const { page } = ada;
  await goTo(page, screens['room'] as Screen);
  const room = roomPage(page);
  expect(await room.composer.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Shift+Tab');
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  expect(await focused()).toContain('quoted');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect.poll(focused).toContain('message 12');
  await page.keyboard.press('Home');
  await expect.poll(focused).toContain('message 1');
  await page.keyboard.press('h');
  await expect.poll(() => room.composer.inputValue()).toBe('h');
  await room.composer.fill('');

  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.type('far longer');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /far longer/, level: 1 }).waitFor();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(() => page.getByRole('heading', { level: 1 }).last().innerText()).not.toMatch(/far longer/);
});

test('one log region tells of what others say now without its marks, and not of the backlog', async () => {
  const grace = await openMember(browser, stack, 'Grace');
  const heard = await createRoom(ada, 'heard', [grace]);
  await say(grace, heard, ['long ago']);
  await roomPage(ada.page).load(heard);
  await roomPage(ada.page).seen('long ago');
  const log = ada.page.getByRole('log');
  expect(await log.count()).toBe(1);
  expect(await log.textContent()).toBe('');
  // What comes before the page is live counts as backlog: she asks until she is heard.
  const ask = async () => {
    await say(grace, heard, ['can **you** hear `me`?']);
    await ada.page.waitForTimeout(500);
    return log.innerText();
  };
  await expect.poll(ask, { timeout: 30_000 }).toContain('Grace: can you hear me?');
  expect(await log.innerText()).not.toContain('long ago');
});

test('the first screen asks for at most 180 kB of JavaScript', async () => {
  const sizes = new Map<string, number>();
  const page = await openPage(browser, stack, { storageState: await ada.page.context().storageState() });
  page.on('response', async (response) => {
    if (response.url().endsWith('.js')) sizes.set(response.url(), gzipSync(await response.body()).length);
  });
  await goTo(page, screens['room'] as Screen);
  await page.waitForLoadState('networkidle');
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1000;
  expect(total, [...sizes].map(([url, size]) => `${size} ${url}`).join('\n')).toBeLessThanOrEqual(180);
  expect(total).toBeGreaterThan(50);
  await page.context().close();
});

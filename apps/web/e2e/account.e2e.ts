import type { TestStack } from '@confab/testing';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { closePages, launchBrowser, openPage } from './browser.ts';
import { roomPage } from './room-page.ts';
import { createRoom, openMember, startWebStack } from './stack.ts';

let browser: Browser;
let stack: TestStack;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(), launchBrowser()]);
});
afterEach(() => closePages(browser));
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

test('somebody new registers, makes a room, and says hello', async () => {
  const page = await openPage(browser, stack);
  await page.goto('/');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('Username').fill('margaret');
  await page.getByLabel('E-mail').fill('margaret@example.org');
  await page.getByLabel('Password', { exact: true }).fill('to the moon and back');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('You are in no room yet.').waitFor();
  await page.getByRole('navigation').getByRole('button', { name: 'Create a room' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('apollo');
  await dialog.getByLabel(/Description/).fill('Guidance and navigation.');
  await dialog.getByRole('button', { name: 'Create room' }).click();
  await page.getByText('Be the first to say hello!').waitFor();
  await roomPage(page).send('Hello, **world**');
  await expect.poll(() => page.locator('strong', { hasText: 'world' }).count()).toBe(1);
});

test('a taken name is said at its field, and a wrong password in words', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const page = await openPage(browser, stack);
  await page.goto('/register');
  await page.getByLabel('Username').fill(ada.user.username);
  await page.getByLabel('E-mail').fill('somebody.else@example.org');
  await page.getByLabel('Password', { exact: true }).fill('long enough');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('That username is taken.').waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Username').fill(ada.user.username);
  await page.getByLabel('Password', { exact: true }).fill('not this one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The username or password is wrong.').waitFor();
});

test('a public room is found, looked at, joined, left', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const grace = await openMember(browser, stack, 'Grace');
  const name = `open house ${Date.now()}`;
  await createRoom(ada, name);
  await grace.page.getByRole('link', { name: 'Browse rooms' }).click();
  await grace.page.getByLabel('Find a room').fill(name);
  await grace.page.getByRole('button', { name: `Join ${name}` }).click();
  await grace.page.getByRole('heading', { name, level: 1 }).waitFor();
  await roomPage(grace.page).send('found you');
  await grace.page.getByRole('button', { name: 'Room actions' }).click();
  await grace.page.getByRole('menuitem', { name: 'Leave room' }).click();
  await grace.page.getByRole('alertdialog').getByRole('button', { name: 'Leave room' }).click();
  await grace.page.getByText('Pick a room').waitFor();
  expect(await grace.page.getByRole('link', { name }).count()).toBe(0);
});

test('signing out ends it everywhere on this page, and going on leads back to where one was', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  await ada.page.getByRole('link', { name: 'Settings' }).click();
  await ada.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await ada.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await ada.page.goto('/settings');
  await ada.page.getByLabel('Username').fill(ada.user.username);
  await ada.page.getByLabel('Password', { exact: true }).fill(ada.password);
  await ada.page.getByRole('button', { name: 'Sign in' }).click();
  await ada.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
});

test('theme and density are kept', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  await ada.page.goto('/settings');
  await ada.page.getByText('Dark', { exact: true }).click();
  await ada.page.getByText('Compact', { exact: true }).click();
  const looks = () => ada.page.evaluate(() => ({ theme: document.documentElement.dataset['theme'], density: document.documentElement.dataset['density'], ground: getComputedStyle(document.body).backgroundColor }));
  const chosen = await looks();
  expect(chosen).toMatchObject({ theme: 'dark', density: 'compact' });
  await ada.page.reload();
  expect(await looks()).toEqual(chosen);
});

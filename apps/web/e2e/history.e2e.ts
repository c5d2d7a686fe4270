import type { TestStack } from '@confab/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { roomPage } from './room-page.ts';
import { createRoom, type Member, numbered, openMember, say, startWebStack } from './stack.ts';

let browser: Browser;
let stack: TestStack;
let ada: Member;
let roomId: string;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(), launchBrowser()]);
  ada = await openMember(browser, stack, 'Ada');
  roomId = await createRoom(ada, 'history');
  // Tall enough that a page is more than what is loaded ahead.
  await say(ada, roomId, numbered(1, 180).map((text) => `${text}\n${'with\nlines\n'.repeat(3)}`));
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Where a message stands on the screen, by its text. */
const placeOf = (page: Page, text: string) =>
  page.getByTestId('history').locator('[data-roving]').filter({ hasText: new RegExp(String.raw`${text}\D`) }).evaluate((row) => row.getBoundingClientRect().top);

test('opens at the newest message', async () => {
  const room = roomPage(ada.page);
  await room.load(roomId);
  await room.seen('message 180');
  await expect.poll(() => room.history.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight)).toBeLessThan(2);
});

test('keeps its place while older pages load, up to the beginning', async () => {
  const room = roomPage(ada.page);
  await room.load(roomId);
  await room.seen('message 180');
  for (const page of [1, 2, 3]) {
    // Held back, so that what moves can be seen to move.
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
    await ada.page.route('**/messages?*before=*', async (route) => {
      await held;
      await route.continue();
    });
    const asked = ada.page.waitForRequest(/before=/);
    await room.history.evaluate((element) => element.scrollTo(0, 200));
    await asked;
    await ada.page.waitForTimeout(200);
    // The rows that belong there are drawn a moment after the scrolling.
    const firstInSight = () =>
      room.history.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect();
        const row = [...element.querySelectorAll<HTMLElement>('[data-roving]')].find((candidate) => candidate.getBoundingClientRect().top > top && candidate.getBoundingClientRect().bottom < bottom);
        return row?.querySelector('p')?.innerText.split('\n')[0] ?? '';
      });
    await expect.poll(firstInSight).not.toBe('');
    const anchor = await firstInSight();
    const before = await placeOf(ada.page, anchor);
    const height = () => room.history.evaluate((element) => element.scrollHeight);
    const heightBefore = await height();
    release(undefined);
    await expect.poll(height).toBeGreaterThan(heightBefore + 1_000);
    await ada.page.waitForTimeout(300);
    expect(Math.abs((await placeOf(ada.page, anchor)) - before), `page ${page}, at ${anchor}`).toBeLessThanOrEqual(1);
    await ada.page.unroute('**/messages?*before=*');
  }
  const found = (await room.readAll()).map((text) => text.split('\n')[0] ?? '');
  // The other tests add to the room's end.
  expect(found.filter((text) => text.startsWith('message'))).toEqual(numbered(1, 180));
  await ada.page.getByRole('heading', { name: 'history', level: 2 }).waitFor();
});

test('stays where one reads when something new comes, and says how much', async () => {
  const grace = await openMember(browser, stack, 'Grace');
  await ada.confab.rest.addMember(roomId, { username: grace.user.username });
  const room = roomPage(ada.page);
  await room.load(roomId);
  await room.seen('message 180');
  await room.history.hover();
  await ada.page.mouse.wheel(0, -1500);
  const jump = ada.page.getByRole('button', { name: /Jump to newest/ });
  await jump.waitFor();
  await ada.page.waitForTimeout(300);
  const before = await room.history.evaluate((element) => element.scrollTop);
  await say(grace, roomId, ['news 1', 'news 2']);
  await ada.page.getByRole('button', { name: 'Jump to newest · 2 new' }).waitFor();
  expect(await room.history.evaluate((element) => element.scrollTop)).toBe(before);
  await jump.click();
  await room.seen('news 2');
  await jump.waitFor({ state: 'detached' });
});

test('follows at the end: what is new, what grows, and what is sent from further up', async () => {
  const room = roomPage(ada.page);
  await room.load(roomId);
  await ada.page.getByRole('button', { name: /Jump to newest/ }).waitFor({ state: 'detached' });
  const gap = () => room.history.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  await say(ada, roomId, ['written elsewhere\nin\nseveral\nlines']);
  await room.seen('written elsewhere');
  await expect.poll(gap).toBeLessThan(2);
  await room.composer.fill(Array.from({ length: 9 }, (_, index) => `line ${index}`).join('\n'));
  await expect.poll(gap).toBeLessThan(2);
  await room.history.hover();
  await ada.page.mouse.wheel(0, -900);
  await ada.page.getByRole('button', { name: /Jump to newest/ }).waitFor();
  await room.composer.press('Enter');
  await room.seen('line 8');
  await expect.poll(gap).toBeLessThan(2);
});

test('opens at the first unread message, however slowly, and stays there when older ones come', async () => {
  const grace = await openMember(browser, stack, 'Grace');
  // A place is taken over several frames. With so few a second the older page could be there first.
  await grace.page.evaluate(() => {
    const soon = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (callback) => Number(setTimeout(() => soon(callback), 150));
  });
  const unread = await createRoom(ada, 'unread', [grace]);
  await say(ada, unread, numbered(1, 60));
  const head = (await grace.confab.rest.getRoom(unread)).head;
  await grace.confab.rest.markRead(unread, { seq: head - 40 });
  const room = roomPage(grace.page);
  const older = grace.page.waitForResponse(/before=/);
  await room.open(unread);
  const divider = grace.page.getByText('New messages', { exact: true });
  await divider.waitFor();
  // As a share of what is in sight; it settles once the heights of the rows are known.
  const place = () =>
    room.history.evaluate((element) => {
      const line = [...element.querySelectorAll('[role=listitem]')].find((row) => row.textContent === 'New messages');
      const { top, height } = element.getBoundingClientRect();
      return ((line?.getBoundingClientRect().top ?? -1) - top) / height;
    });
  await expect.poll(async () => Math.abs((await place()) - 0.25)).toBeLessThan(0.25);
  await older;
  await grace.page.waitForTimeout(1_000);
  expect(Math.abs((await place()) - 0.25), 'it stays there').toBeLessThan(0.25);
});

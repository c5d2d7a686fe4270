import type { TestStack } from '@confab/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { closePages, launchBrowser } from './browser.ts';
import { roomPage } from './room-page.ts';
import { createRoom, openMember, startWebStack } from './stack.ts';

let browser: Browser;
let stack: TestStack;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack({ gateways: 2 }), launchBrowser()]);
});
afterEach(() => closePages(browser));
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const socketsOf = (page: Page): string[] => {
  const urls: string[] = [];
  page.on('websocket', (socket) => urls.push(socket.url()));
  return urls;
};

test('two people talk through two gateways, and the death of one loses, doubles and reorders nothing', async () => {
  const ada = await openMember(browser, stack, 'Ada', { gateway: 0 });
  const grace = await openMember(browser, stack, 'Grace', { gateway: 1 });
  const roomId = await createRoom(ada, 'engine-room', [grace]);
  const sockets = { ada: socketsOf(ada.page), grace: socketsOf(grace.page) };
  const [left, right] = [roomPage(ada.page), roomPage(grace.page)];
  await Promise.all([left.load(roomId), right.load(roomId)]);
  await left.send('hello Grace');
  await right.seen('hello Grace');
  await right.send('hello Ada');
  await left.seen('hello Ada');
  expect(sockets.ada[0]).toBe(stack.gatewayUrls[0]);
  expect(sockets.grace[0]).toBe(stack.gatewayUrls[1]);

  for (let turn = 1; turn <= 12; turn += 1) {
    if (turn === 5) await stack.gateways[0]?.kill('SIGKILL');
    await left.send(`ada ${turn}.`);
    await right.send(`grace ${turn}.`);
  }
  await Promise.all([left.seen('grace 12.'), right.seen('ada 12.'), left.seen('ada 12.'), right.seen('grace 12.')]);
  await expect.poll(() => sockets.ada.at(-1)).toBe(stack.gatewayUrls[1]);
  // Nothing is on its way any more.
  await expect.poll(() => Promise.all([ada, grace].map(({ page }) => page.locator('[data-state]').count()))).toEqual([0, 0]);

  const { items } = await ada.confab.rest.listMessages(roomId, { limit: 100 });
  const truth = items.map((message) => message.content);
  expect(truth).toHaveLength(26);
  expect(truth.filter((text) => text.startsWith('ada'))).toEqual(Array.from({ length: 12 }, (_, index) => `ada ${index + 1}.`));
  expect(await left.readAll()).toEqual(truth);
  expect(await right.readAll()).toEqual(truth);

  await stack.gateways[0]?.restart();
});

test('unread counts follow live, and are gone where one reads', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const grace = await openMember(browser, stack, 'Grace');
  const quiet = await createRoom(ada, 'quiet', [grace]);
  const busy = await createRoom(ada, 'busy', [grace]);
  await roomPage(grace.page).open(quiet);
  const link = grace.page.getByRole('navigation').getByRole('link', { name: /busy/ });
  await link.waitFor();

  await roomPage(ada.page).open(busy);
  await roomPage(ada.page).send('one');
  await roomPage(ada.page).send('two');
  await grace.page.getByRole('link', { name: 'busy 2 unread messages' }).waitFor();

  await link.click();
  await grace.page.getByText('New messages', { exact: true }).waitFor();
  await grace.page.getByRole('link', { name: 'Public room busy', exact: true }).waitFor();
  await expect.poll(async () => (await grace.confab.rest.getRoom(busy)).my?.unreadCount).toBe(0);
});

test('who is typing is told, and not after he has sent', async () => {
  const ada = await openMember(browser, stack, 'Ada', { gateway: 0 });
  const grace = await openMember(browser, stack, 'Grace', { gateway: 1 });
  const roomId = await createRoom(ada, 'typing', [grace]);
  const [left, right] = [roomPage(ada.page), roomPage(grace.page)];
  await Promise.all([left.open(roomId), right.open(roomId)]);
  await left.composer.pressSequentially('thinking aloud', { delay: 60 });
  await grace.page.getByText('Ada is typing…').waitFor();
  await left.composer.press('Enter');
  await right.seen('thinking aloud');
  await grace.page.getByText('Ada is typing…').waitFor({ state: 'detached', timeout: 1000 });
});

test('being added shows the room at once, and being removed closes it', async () => {
  const ada = await openMember(browser, stack, 'Ada');
  const grace = await openMember(browser, stack, 'Grace');
  const roomId = await createRoom(ada, 'board', [], 'private');
  await roomPage(ada.page).open(roomId);
  await ada.page.getByRole('button', { name: 'Add people' }).click();
  const members = ada.page.getByRole('complementary', { name: 'Members' });
  await members.getByRole('textbox', { name: 'Add somebody' }).fill(grace.user.username);
  await members.getByRole('button', { name: 'Add', exact: true }).click();
  await grace.page.getByRole('link', { name: /board/ }).click();
  await roomPage(grace.page).send('thank you');
  await roomPage(ada.page).seen('thank you');

  await members.getByRole('button', { name: 'Remove Grace from the room' }).click();
  await ada.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await grace.page.getByText('This room does not exist, or you are not in it.').waitFor();
  expect(await grace.page.getByRole('link', { name: /board/ }).count()).toBe(0);
});

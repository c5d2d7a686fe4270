import type { TestStack } from '@confab/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { roomPage } from './room-page.ts';
import { createRoom, type Member, openMember, startWebStack } from './stack.ts';

let browser: Browser;
let stack: TestStack;
let ada: Member;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startWebStack(), launchBrowser()]);
  ada = await openMember(browser, stack, 'Ada');
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const contents = async (roomId: string) => (await ada.confab.rest.listMessages(roomId)).items.map((message) => message.content);

test('Enter sends, Shift+Enter breaks the line', async () => {
  const roomId = await createRoom(ada, 'enter');
  const room = roomPage(ada.page);
  await room.open(roomId);
  await ada.page.getByText('Be the first to say hello!').waitFor();
  await room.composer.pressSequentially('first');
  await room.composer.press('Shift+Enter');
  await room.composer.pressSequentially('second');
  await room.composer.press('Enter');
  expect(await room.composer.inputValue()).toBe('');
  await expect.poll(() => contents(roomId)).toEqual(['first\nsecond']);
});

test('a send that fails says so; Retry sends it once, Discard takes it away', async () => {
  const roomId = await createRoom(ada, 'failures');
  const room = roomPage(ada.page);
  await room.open(roomId);
  const problem = { type: '/docs#x', title: 'Something went wrong on the server', status: 500, code: 'internal.error', retryable: true, requestId: 'req-42' };
  await ada.page.route(`**/rooms/${roomId}/messages`, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', json: problem }));
  await room.send('will be retried');
  await room.send('will be discarded');
  const retried = room.rowOf('will be retried');
  const discarded = room.rowOf('will be discarded');
  await discarded.getByText('Something went wrong on the server.').waitFor({ timeout: 30_000 });
  await retried.getByText('Details').click();
  await retried.getByText('req-42').waitFor();

  await ada.page.unroute(`**/rooms/${roomId}/messages`);
  await discarded.getByRole('button', { name: 'Discard' }).click();
  await discarded.waitFor({ state: 'detached' });
  await retried.getByRole('button', { name: 'Retry' }).click();
  await retried.getByRole('button', { name: 'Retry' }).waitFor({ state: 'detached' });
  await expect.poll(() => contents(roomId)).toEqual(['will be retried']);
  expect(await room.rowOf('will be retried').count()).toBe(1);
});

test('what is written offline waits in sight, survives a reload, and goes in order', async () => {
  const roomId = await createRoom(ada, 'offline');
  const room = roomPage(ada.page);
  await room.open(roomId);
  await room.send('before');
  await expect.poll(() => contents(roomId)).toEqual(['before']);
  await ada.page.context().setOffline(true);
  await room.send('one');
  await room.send('two');
  await ada.page.getByText('Offline, 2 messages wait here').waitFor();
  expect(await room.rowOf('Waits for the connection').count()).toBe(2);
  await ada.page.context().setOffline(false);
  await expect.poll(() => contents(roomId), { timeout: 8000 }).toEqual(['before', 'one', 'two']);
  await ada.page.getByText(/^Offline/).waitFor({ state: 'detached' });
  expect(await room.texts()).toEqual(['before', 'one', 'two']);

  // A page that is closed before its send got out.
  await ada.page.route(`**/rooms/${roomId}/messages`, (route) => route.abort());
  await room.send('three');
  await room.rowOf('three').waitFor();
  await ada.page.unroute(`**/rooms/${roomId}/messages`);
  await ada.page.reload();
  await expect.poll(() => contents(roomId), { timeout: 20_000 }).toEqual(['before', 'one', 'two', 'three']);
});

test('a draft stays with its room, through a reload too', async () => {
  const [first, second] = [await createRoom(ada, 'draft one'), await createRoom(ada, 'draft two')];
  const room = roomPage(ada.page);
  await room.open(first);
  await room.composer.fill('half a thought');
  await ada.page.getByRole('link', { name: 'Public room draft two' }).click();
  await ada.page.getByRole('heading', { name: 'draft two', level: 1 }).waitFor();
  expect(await room.composer.inputValue()).toBe('');
  await ada.page.getByRole('link', { name: 'Public room draft one' }).click();
  await expect.poll(() => room.composer.inputValue()).toBe('half a thought');
  await room.load(second);
  await room.load(first);
  expect(await room.composer.inputValue()).toBe('half a thought');
});

test('counts from 3,500 characters and refuses more than 4,000; grows to ten lines', async () => {
  const roomId = await createRoom(ada, 'limits');
  const room = roomPage(ada.page);
  await room.open(roomId);
  await room.composer.fill('x'.repeat(3499));
  expect(await ada.page.getByText(/\/ 4,000/).count()).toBe(0);
  await room.composer.fill('x'.repeat(3500));
  await ada.page.getByText('3,500 / 4,000').waitFor();
  await room.composer.fill('😀'.repeat(4001));
  await ada.page.getByText('1 character too many').first().waitFor();
  await room.composer.press('Enter');
  expect(await room.composer.inputValue()).not.toBe('');

  const height = () => room.composer.evaluate((element) => element.closest('form')?.clientHeight ?? 0);
  await room.composer.fill('1\n2\n3');
  const three = await height();
  await room.composer.fill(Array.from({ length: 10 }, (_, index) => index).join('\n'));
  const ten = await height();
  await room.composer.fill(Array.from({ length: 30 }, (_, index) => index).join('\n'));
  expect(ten).toBeGreaterThan(three * 2);
  expect(await height()).toBe(ten);
});

test('HTML that would do harm does none', async () => {
  const roomId = await createRoom(ada, 'harm');
  await ada.confab.rest.createMessage(roomId, { content: 'before', nonce: 'n1' });
  await ada.page.route('**/messages?*', async (route) => {
    const response = await route.fetch();
    const page = (await response.json()) as { items: { html: string }[] };
    for (const item of page.items) item.html = '<p>kept<img src=x onerror="window.harmed=1"><script>window.harmed=1</script><a href="javascript:window.harmed=1">x</a><style>*{display:none}</style></p>';
    await route.fulfill({ response, json: page });
  });
  const room = roomPage(ada.page);
  await room.open(roomId);
  await room.seen('kept');
  const html = await room.history.locator('.prose').first().innerHTML();
  expect(html).not.toMatch(/onerror|script|style/i);
  expect(await ada.page.evaluate(() => 'harmed' in window)).toBe(false);
});

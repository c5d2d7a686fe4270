import type { Locator, Page } from 'playwright-core';

/** A room as a member handles it. */
export function roomPage(page: Page) {
  const history = page.getByTestId('history');
  const composer = page.getByRole('textbox', { name: /^Message / });
  const rowOf = (text: string): Locator => history.getByRole('listitem').filter({ hasText: text });
  return {
    history,
    composer,
    rowOf,
    /** From the list, another than the one that is open. */
    async open(roomId: string): Promise<void> {
      const before = await composer.elementHandles();
      await page.locator(`a[href="/rooms/${roomId}"]`).click();
      for (const element of before) await element.waitForElementState('hidden');
      await composer.waitFor();
    },
    /** By its address: the app starts anew, which costs a browser more than most of what is tested. */
    async load(roomId: string): Promise<void> {
      await page.goto(`/rooms/${roomId}`);
      await composer.waitFor();
    },
    async send(text: string): Promise<void> {
      await composer.fill(text);
      await composer.press('Enter');
    },
    seen: (text: string): Promise<void> => rowOf(text).first().waitFor(),
    /** What stands on the screen, top to bottom: every mounted message's own words. */
    texts: (): Promise<string[]> => history.locator('article .prose, article [class*="source"]').allInnerTexts(),
    /** Every message of the room as one finds it by scrolling from the newest up to the first. */
    async readAll(): Promise<string[]> {
      await history.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      const byKey = new Map<string, { text: string; y: number }>();
      for (let still = 0; still < 3; ) {
        await page.waitForTimeout(60);
        const before = byKey.size;
        const step = await history.evaluate((element) => {
          const rows = [...element.querySelectorAll<HTMLElement>('[data-roving]')].map((row) => ({
            key: row.dataset['key'] ?? '', text: row.querySelector<HTMLElement>('.prose, [class*="source"]')?.innerText ?? '', y: row.getBoundingClientRect().top,
          }));
          const isAtTop = element.scrollTop === 0;
          element.scrollBy(0, -element.clientHeight / 2);
          return { rows, isAtTop };
        });
        // Rows come in the order of the screen; those above the ones known go before them.
        const fresh = step.rows.toSorted((a, b) => a.y - b.y).filter(({ key }) => !byKey.has(key));
        const merged = [...fresh.map(({ key, ...rest }) => [key, rest] as const), ...byKey];
        byKey.clear();
        for (const [key, value] of merged) byKey.set(key, value);
        still = step.isAtTop && byKey.size === before ? still + 1 : 0;
      }
      return [...byKey.values()].map(({ text }) => text);
    },
  };
}

import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export const themes = ['light', 'dark'] as const;
type Theme = (typeof themes)[number];
export type Impact = 'minor' | 'moderate' | 'serious' | 'critical';

/** All rules in light; in dark those that colours decide, for nothing else has changed. `meanwhile` runs in each theme. */
export async function expectAccessible(page: Page, name: string, impacts: readonly Impact[], meanwhile?: (theme: Theme) => Promise<void>): Promise<void> {
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme });
    expect(await findings(page, theme, impacts), `${name}, ${theme}`).toEqual([]);
    await meanwhile?.(theme);
  }
}

async function findings(page: Page, theme: Theme, impacts: readonly Impact[]): Promise<string[]> {
  // Our pages have no frames: axe need not open a second page to gather what it found in them.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (theme === 'light' ? axe : axe.withRules(['color-contrast', 'link-in-text-block'])).analyze();
  return violations
    .filter(({ impact }) => impact !== null && impact !== undefined && impacts.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}\n${node.failureSummary ?? ''}`));
}

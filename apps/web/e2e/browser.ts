import { ContractViolation, type TestStack } from '@confab/testing';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const flags = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'];

export function launchBrowser(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium-headless-shell', args: [...flags, ...(isRoot ? ['--no-sandbox'] : [])] });
}

export type OpenOptions = BrowserContextOptions & {
  /** The gateway that the page is to meet first; it stays free to go to another when that one is gone. */
  gatewayUrl?: string | undefined;
};

/** A page of its own browser profile. An error that it does not catch is an error of the stack's test. */
export async function openPage(browser: Browser, stack: TestStack, { gatewayUrl, ...options }: OpenOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: stack.baseUrl, viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => stack.violations.report(new ContractViolation(page.url(), `uncaught: ${error.message}`, error.stack)));
  if (gatewayUrl !== undefined) await preferGateway(page, gatewayUrl);
  return page;
}

/** Their pages would go on working behind the next test's. */
export async function closePages(browser: Browser): Promise<void> {
  for (const context of browser.contexts()) await context.close();
}

async function preferGateway(page: Page, gatewayUrl: string): Promise<void> {
  await page.route('**/api/v1/gateway/tickets', async (route) => {
    const response = await route.fetch();
    if (!response.ok()) return route.fulfill({ response });
    const ticket = (await response.json()) as { urls: string[] };
    return route.fulfill({ response, json: { ...ticket, url: gatewayUrl, urls: [gatewayUrl, ...ticket.urls.filter((url) => url !== gatewayUrl)] } });
  });
}

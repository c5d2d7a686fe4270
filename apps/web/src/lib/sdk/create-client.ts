import { createConfab, type Confab } from '@confab/sdk';
import { createBrowserSession } from './session-store.ts';

export function createClient(): Confab {
  return createConfab({ baseUrl: location.origin, session: createBrowserSession(), cookieSession: true });
}

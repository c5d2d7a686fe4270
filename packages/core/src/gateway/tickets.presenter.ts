import type { Schemas } from '@confab/contract';

import { tokenKinds } from '../sessions/tokens.ts';

export function presentTicket(ticket: string, urls: readonly [string, ...string[]]): Schemas['GatewayTicket'] {
  return { ticket, url: urls[0], urls: [...urls], expiresInSeconds: tokenKinds.ticket.lifetimeSeconds };
}

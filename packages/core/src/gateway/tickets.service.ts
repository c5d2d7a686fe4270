import type { Schemas } from '@confab/contract';

import type { Actor } from '../actor.ts';

/** Whose connection it is, and until when. */
export interface Admission {
  readonly user: Schemas['UserSummary'];
  readonly sessionId: string;
  /** When the access token behind it expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Tickets {
  create(actor: Actor): Promise<Schemas['GatewayTicket']>;
  /** Takes a ticket, once. Throws ticket.invalid or session.ended. */
  admit(ticket: string): Promise<Admission>;
  /** The `refresh` frame: when the connection expires now. Throws as `authenticate` does, and token.invalid for another session's token. */
  renew(admission: Admission, accessToken: string): Promise<number>;
}

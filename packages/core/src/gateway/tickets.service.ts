import { randomInt } from 'node:crypto';

import type { Schemas } from '@confab/contract';
import type { Database } from '@confab/db';
import { AppError, type Clock } from '@confab/runtime';

import type { Actor } from '../actor.ts';
import { isLive } from '../sessions/sessions.policy.ts';
import { findSession } from '../sessions/sessions.repository.ts';
import { TokenRefused, tokenKinds, type Tokens } from '../sessions/tokens.ts';
import { presentTicket } from './tickets.presenter.ts';

/** So long it is remembered that a ticket was used: a minute longer than one is good for. */
export const ticketKeptSeconds = tokenKinds.ticket.lifetimeSeconds + 60;

/** What a ticket says: it is ours and in time, but may have been used. */
export interface Ticket {
  readonly id: string;
  readonly userId: string;
  readonly sessionId: string;
  /** When the access token behind it expires, and with it the connection, in milliseconds since 1970. */
  readonly connectionExpiresAt: number;
}

/** Whose connection it is, and until when. */
export interface Admission {
  readonly user: Schemas['UserSummary'];
  readonly sessionId: string;
  /** When the access token behind it expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Tickets {
  create(actor: Actor): Promise<Schemas['GatewayTicket']>;
  /** Throws ticket.invalid. Whether it was used before whoever lets the connection in has to ask, and whether the session lives. */
  read(ticket: string): Promise<Ticket>;
  /** The `refresh` frame: the admission as it is now. Throws as `authenticate` does, and token.invalid for the token of another session. */
  renew(admission: Admission, accessToken: string): Promise<Admission>;
}

export interface TicketsDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly gatewayUrls: readonly string[];
}

export function createTickets({ database, clock, tokens, gatewayUrls }: TicketsDependencies): Tickets {
  /** The primary says it: a connection lives long on this answer. */
  async function assertLive(sessionId: string): Promise<void> {
    if (!isLive(await findSession(database.primary, sessionId), clock.now())) throw new AppError('session.ended');
  }

  return {
    async create(actor) {
      const [first, ...others] = shuffled(gatewayUrls);
      if (first === undefined) throw new Error('no gateway URLs are configured');
      const ticket = await tokens.issue('ticket', { userId: actor.userId, sessionId: actor.sessionId, connectionExpiresAt: actor.expiresAt });
      return presentTicket(ticket, [first, ...others]);
    },

    async read(ticket) {
      const { tokenId, userId, sessionId, connectionExpiresAt } = await tokens.verify('ticket', ticket).catch((error: unknown) => {
        throw error instanceof TokenRefused ? new AppError('ticket.invalid', { cause: error }) : error;
      });
      return { id: tokenId, userId, sessionId, connectionExpiresAt };
    },

    async renew(admission, accessToken) {
      const claims = await tokens.verify('access', accessToken).catch((error: unknown) => {
        if (error instanceof TokenRefused) throw new AppError(error.isExpired ? 'token.expired' : 'token.invalid', { cause: error });
        throw error;
      });
      if (claims.sessionId !== admission.sessionId || claims.userId !== admission.user.id) throw new AppError('token.invalid');
      await assertLive(claims.sessionId);
      return { ...admission, expiresAt: Math.max(admission.expiresAt, claims.expiresAt) };
    },
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

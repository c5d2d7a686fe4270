/**
 * The domain: what the product does, whoever asks. Each service takes the actor first and answers contract types.
 * Ids are UUIDv7 strings, times in the contract RFC 3339, elsewhere milliseconds since 1970. What is refused throws an
 * AppError; errors of the database come through as they are (`constraintError` reads them).
 */
import type { Database } from '@confab/db';
import type { Redis } from '@confab/redis';
import type { Clock, Logger, Metrics } from '@confab/runtime';
import type { Streams } from '@confab/stream';

import { createDomainCaches } from './caches.store.ts';
import { createAccess, type Access } from './gateway/access.service.ts';
import { createTickets, type Tickets } from './gateway/tickets.service.ts';
import { createIdempotencyKeys, type IdempotencyKeys } from './idempotency/idempotency.service.ts';
import { createMembers, type Members } from './members/members.service.ts';
import { createPresenceStore, type PresenceStore } from './members/presence.store.ts';
import { createMessages, type Messages } from './messages/messages.service.ts';
import { createRooms, type Rooms } from './rooms/rooms.service.ts';
import { createKeyFile } from './sessions/key-file.ts';
import { createKeyRing } from './sessions/key-ring.ts';
import { createPasswords, type PasswordCost } from './sessions/passwords.ts';
import { createRefreshTokens } from './sessions/refresh-token.ts';
import { createAttempts } from './sessions/attempts.store.ts';
import { createEndedWatch } from './sessions/ended-watch.ts';
import { createEndSessions } from './sessions/ending.ts';
import { createGrant } from './sessions/grant.ts';
import { createPasswordProof } from './sessions/password-proof.ts';
import { createRefreshStore } from './sessions/refresh.store.ts';
import { createSecondFactors, type SecondFactors } from './sessions/second-factor.service.ts';
import { createSignIn, type SignIn } from './sessions/sign-in.service.ts';
import { createTotp } from './sessions/totp.ts';
import { createSessions, type Sessions } from './sessions/sessions.service.ts';
import { createSessionStore } from './sessions/sessions.store.ts';
import { createTokens } from './sessions/tokens.ts';
import { createSync, type Sync } from './sync/sync.service.ts';
import { traced } from './traced.ts';
import { createPositions, type Positions } from './users/positions.service.ts';
import { createPositionStore } from './users/positions.store.ts';
import { createUsers, type Users } from './users/users.service.ts';

export type { Actor } from './actor.ts';
export type { Access, Entrance, Entrant, MembershipAccess, StreamsAccess } from './gateway/access.service.ts';
export { type Admission, type Ticket, ticketKeptSeconds, type Tickets } from './gateway/tickets.service.ts';
export type { ListMembersQuery, Members } from './members/members.service.ts';
export { mostToldPresences } from './members/members.policy.ts';
export { presenceKey, type Presence, type PresenceStore } from './members/presence.store.ts';
export type { ListMessagesQuery, Messages, Sent } from './messages/messages.service.ts';
export type { IdempotencyKeys } from './idempotency/idempotency.service.ts';
export type { ListRoomsQuery, Rooms } from './rooms/rooms.service.ts';
export { networkOf } from './network.ts';
export type { PublicKey } from './sessions/key-ring.ts';
export { rotateSigningKey, type KeyRotation } from './sessions/key-rotation.ts';
export { newSigningJwk } from './sessions/signing-key.ts';
export type { SecondFactors } from './sessions/second-factor.service.ts';
export type { Identified, JwkSet, Sessions } from './sessions/sessions.service.ts';
export type { SignedIn } from './sessions/grant.ts';
export type { Device, SignIn } from './sessions/sign-in.service.ts';
export type { Sync } from './sync/sync.service.ts';
export type { Positions } from './users/positions.service.ts';
export type { Users } from './users/users.service.ts';

export interface CoreOptions {
  readonly database: Database;
  /** One that does not queue: a request must not wait for a Redis that is away. */
  readonly redis: Redis;
  readonly streams: Streams;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  readonly clock: Clock;
  /** CONFAB_SECRET, decoded: at least 32 bytes. */
  readonly secret: Uint8Array;
  /** Where the keys for tokens are, unless in the database. */
  readonly signingKeysFile?: string | undefined;
  /** OWASP's minimum unless given. */
  readonly passwordCost?: PasswordCost;
  /** Given out with tickets; whoever gives none out has none. */
  readonly gatewayUrls: readonly string[];
  /** False: nothing is cached. */
  readonly hasCaches?: boolean;
}

export interface Core {
  readonly positions: Positions;
  readonly users: Users;
  readonly signIn: SignIn;
  readonly secondFactors: SecondFactors;
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly presence: PresenceStore;
  readonly messages: Messages;
  readonly sync: Sync;
  readonly tickets: Tickets;
  readonly access: Access;
  readonly idempotencyKeys: IdempotencyKeys;
  /** For a process that serves reads: what is cached is confirmed once a second, so that a hit asks the database nothing. */
  watchCaches(): () => Promise<void>;
}

export function createCore({ database, redis, streams, logger, metrics, clock, secret, signingKeysFile, passwordCost, gatewayUrls, hasCaches = true }: CoreOptions): Core {
  const caches = createDomainCaches({ redis, database, streams, logger, metrics, isOn: hasCaches });
  const keys = signingKeysFile === undefined ? createKeyRing({ database, secret, clock }) : createKeyFile({ path: signingKeysFile, clock, logger });
  const tokens = createTokens({ keys, clock, secret });
  const refreshTokens = createRefreshTokens(secret);
  const passwords = createPasswords(passwordCost);
  const totp = createTotp(secret);
  const store = createSessionStore({ redis, logger });
  const refreshStore = createRefreshStore({ redis, logger });
  const attempts = createAttempts({ redis });
  const presence = createPresenceStore({ redis });
  const grant = createGrant({ tokens, refreshTokens });
  const endedWatch = createEndedWatch({ database, clock, logger });
  const endSessions = createEndSessions({ database, streams, clock, logger, store, refreshStore, endedWatch });
  const provePassword = createPasswordProof({ database, clock, passwords, attempts });
  const services = traced({
    positions: createPositions({ database, store: createPositionStore({ redis, logger }) }),
    users: createUsers({ cache: caches.users }),
    signIn: createSignIn({ database, streams, clock, passwords, attempts, totp, grant, endSessions, provePassword }),
    secondFactors: createSecondFactors({ database, clock, totp, provePassword }),
    sessions: createSessions({ database, clock, logger, keys, tokens, refreshTokens, store, refreshStore, grant, endSessions, endedWatch }),
    rooms: createRooms({ database, streams, clock, cache: caches.rooms }),
    members: createMembers({ database, streams, presence, rooms: caches.rooms, standings: caches.standings }),
    messages: createMessages({ database, streams, standings: caches.standings, newest: caches.newest }),
    sync: createSync({ database }),
    tickets: createTickets({ database, clock, tokens, gatewayUrls }),
    access: createAccess({ database, clock }),
    idempotencyKeys: createIdempotencyKeys({ database, clock }),
  });
  return { ...services, presence, watchCaches: caches.watch };
}

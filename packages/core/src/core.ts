/**
 * The domain: what the product does, whoever asks. Each service takes the actor first and answers contract types.
 * Ids are UUIDv7 strings, times in the contract RFC 3339, elsewhere milliseconds since 1970. Errors are AppErrors.
 */
import type { Database } from '@confab/db';
import type { Redis } from '@confab/redis';
import type { Clock, Logger } from '@confab/runtime';
import type { Streams } from '@confab/stream';

import type { Access } from './gateway/access.service.ts';
import type { Tickets } from './gateway/tickets.service.ts';
import type { Members } from './members/members.service.ts';
import type { Messages } from './messages/messages.service.ts';
import type { Rooms } from './rooms/rooms.service.ts';
import type { Sessions } from './sessions/sessions.service.ts';
import type { Sync } from './sync/sync.service.ts';
import type { Users } from './users/users.service.ts';

export type { Actor } from './actor.ts';
export type { Access, MembershipAccess } from './gateway/access.service.ts';
export type { Admission, Tickets } from './gateway/tickets.service.ts';
export type { ListMembersQuery, Members } from './members/members.service.ts';
export type { ListMessagesQuery, Messages } from './messages/messages.service.ts';
export type { ListRoomsQuery, Rooms } from './rooms/rooms.service.ts';
export type { Device, JwkSet, Sessions } from './sessions/sessions.service.ts';
export type { Sync } from './sync/sync.service.ts';
export type { Users } from './users/users.service.ts';

export interface CoreOptions {
  readonly database: Database;
  readonly redis: Redis;
  readonly streams: Streams;
  readonly logger: Logger;
  /** CONFAB_SECRET, decoded: at least 32 bytes. */
  readonly secret: Buffer;
  readonly clock: Clock;
  /** Given out with tickets; whoever gives none out has none. */
  readonly gatewayUrls: readonly string[];
}

export interface Core {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly members: Members;
  readonly messages: Messages;
  readonly sync: Sync;
  readonly tickets: Tickets;
  readonly access: Access;
}

export declare function createCore(options: CoreOptions): Core;

import { randomBytes } from 'node:crypto';

import type { Schemas } from '@confab/contract';
import { constraintError } from '@confab/db';
import { AppError } from '@confab/runtime';

import type { Actor, Core, SignedIn } from '../core.ts';

export { startTestCore, type TestClock, type TestCore } from './test-core.ts';

export interface Somebody {
  readonly actor: Actor;
  readonly user: Schemas['CurrentUser'];
  readonly session: SignedIn;
  readonly password: string;
}

const device = { userAgent: 'factory', address: '127.0.0.1' };

/** Registered, and signed in. */
export async function makeUser(core: Core, given: Partial<Schemas['RegisterRequest']> = {}): Promise<Somebody> {
  const { username = `user-${randomBytes(6).toString('hex')}`, password = randomBytes(9).toString('base64url') } = given;
  const session = await core.signIn.register({ email: `${username}@example.org`, ...given, username, password }, device);
  return { actor: await core.sessions.authenticate(session.accessToken), user: session.user, session, password };
}

export async function makeRoom(core: Core, owner: Somebody, given: Partial<Schemas['CreateRoomRequest']> = {}): Promise<Schemas['Room']> {
  const { room } = await core.rooms.create(owner.actor, { name: `room ${randomBytes(3).toString('hex')}`, kind: 'public', ...given });
  return room;
}

/** Whoever is named is in the room afterwards. */
export async function makeMembers(core: Core, owner: Somebody, roomId: string, ...users: readonly Somebody[]): Promise<void> {
  for (const { user } of users) await core.members.add(owner.actor, roomId, { userId: user.id });
}

export async function makeMessage(core: Core, author: Somebody, roomId: string, content = 'hello'): Promise<Schemas['Message']> {
  const nonce = newNonce();
  const { message } = await insist(() => core.messages.send(author.actor, roomId, { content, nonce }));
  return message;
}

/** As a client goes on who is told that all are busy: on a slow machine many at once wait for longer than a request does. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error instanceof AppError ? error.code : constraintError(error)) !== 'service.overloaded') throw error;
    }
  }
}

export function newNonce(): string {
  return randomBytes(9).toString('base64url');
}

// Generated from spec/ by `pnpm generate`. Do not edit.

import type { operations } from './schema.ts';

export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

/** Class -> its limits, per user and per address, and what a process does while Redis is out. */
export const rateLimits = {
  register: { user: null, address: { limit: 120, windowSeconds: 600 }, outage: 'closed' },
  sign_in: { user: null, address: { limit: 60, windowSeconds: 60 }, outage: 'closed' },
  refresh: { user: null, address: { limit: 600, windowSeconds: 60 }, outage: 'local' },
  secret: { user: { limit: 10, windowSeconds: 900 }, address: { limit: 60, windowSeconds: 900 }, outage: 'closed' },
  session: { user: { limit: 60, windowSeconds: 60 }, address: { limit: 600, windowSeconds: 60 }, outage: 'local' },
  read: { user: { limit: 1200, windowSeconds: 60 }, address: { limit: 12000, windowSeconds: 60 }, outage: 'local' },
  write: { user: { limit: 300, windowSeconds: 60 }, address: { limit: 3000, windowSeconds: 60 }, outage: 'local' },
  message: { user: { limit: 600, windowSeconds: 60 }, address: { limit: 6000, windowSeconds: 60 }, outage: 'local' },
  connect: { user: { limit: 120, windowSeconds: 60 }, address: { limit: 3000, windowSeconds: 60 }, outage: 'local' },
} as const satisfies Record<string, { user: RateLimit | null; address: RateLimit | null; outage: 'closed' | 'local' }>;

export type RateLimitClass = keyof typeof rateLimits;

/** Operation -> its class. */
export const operationRateLimits = {
  registerUser: 'register',
  signIn: 'sign_in',
  refreshSession: 'refresh',
  signOut: 'session',
  signOutEverywhere: 'session',
  listSessions: 'read',
  endSession: 'session',
  changePassword: 'secret',
  getSecondFactor: 'read',
  enrolSecondFactor: 'secret',
  confirmSecondFactor: 'secret',
  removeSecondFactor: 'secret',
  getMe: 'read',
  listRooms: 'read',
  createRoom: 'write',
  getRoom: 'read',
  updateRoom: 'write',
  joinRoom: 'write',
  leaveRoom: 'write',
  listMembers: 'read',
  addMember: 'write',
  removeMember: 'write',
  listMessages: 'read',
  createMessage: 'message',
  markRead: 'write',
  createGatewayTicket: 'connect',
  getSync: 'read',
} as const satisfies Record<keyof operations, RateLimitClass>;

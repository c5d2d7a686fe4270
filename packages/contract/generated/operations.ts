// Generated from spec/ by `pnpm generate`. Do not edit.

import type { operations } from './schema.ts';

/** Where each operation is mounted, below the base path. */
export const operationRoutes = {
  registerUser: { method: 'post', path: '/auth/register' },
  signIn: { method: 'post', path: '/auth/login' },
  refreshSession: { method: 'post', path: '/auth/refresh' },
  signOut: { method: 'post', path: '/auth/logout' },
  signOutEverywhere: { method: 'post', path: '/auth/logout-all' },
  listSessions: { method: 'get', path: '/auth/sessions' },
  endSession: { method: 'delete', path: '/auth/sessions/{sessionId}' },
  changePassword: { method: 'put', path: '/auth/password' },
  getSecondFactor: { method: 'get', path: '/auth/second-factor' },
  enrolSecondFactor: { method: 'post', path: '/auth/second-factor' },
  confirmSecondFactor: { method: 'put', path: '/auth/second-factor' },
  removeSecondFactor: { method: 'post', path: '/auth/second-factor/remove' },
  getMe: { method: 'get', path: '/users/me' },
  listRooms: { method: 'get', path: '/rooms' },
  createRoom: { method: 'post', path: '/rooms' },
  getRoom: { method: 'get', path: '/rooms/{roomId}' },
  updateRoom: { method: 'patch', path: '/rooms/{roomId}' },
  joinRoom: { method: 'post', path: '/rooms/{roomId}/join' },
  leaveRoom: { method: 'post', path: '/rooms/{roomId}/leave' },
  listMembers: { method: 'get', path: '/rooms/{roomId}/members' },
  addMember: { method: 'post', path: '/rooms/{roomId}/members' },
  removeMember: { method: 'delete', path: '/rooms/{roomId}/members/{userId}' },
  listMessages: { method: 'get', path: '/rooms/{roomId}/messages' },
  createMessage: { method: 'post', path: '/rooms/{roomId}/messages' },
  markRead: { method: 'put', path: '/rooms/{roomId}/read-marker' },
  createGatewayTicket: { method: 'post', path: '/gateway/tickets' },
  getSync: { method: 'get', path: '/sync' },
} as const satisfies Record<keyof operations, { method: string; path: string }>;

export type OperationId = keyof operations;

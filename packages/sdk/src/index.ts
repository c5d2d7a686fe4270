/**
 * Confab for browsers and Node: the whole REST API, the session behind it, and the realtime connection.
 * `createConfab` makes a client; nothing is shared between clients. Calls reject with `ProblemError` (the server refused) or
 * `NetworkError` (nobody answered); durations are integers whose name ends in their unit.
 */
export { createConfab } from './confab.ts';
export type { Confab } from './confab.ts';
export type { ConfabOptions, Logger } from './options.ts';
export type { Auth, AuthSignals } from './auth.ts';
export type { Rest } from './rest.ts';
export type { RequestOptions } from './transport.ts';
export { createMemorySession } from './session.ts';
export type { Session, SessionStore } from './session.ts';
export { NetworkError, ProblemError, StoppedError } from './problem.ts';
export type {
  AnyStreamEvent,
  ReadyEvent,
  Realtime,
  RealtimeCounts,
  RealtimeHandlers,
  RealtimeSignals,
  RealtimeState,
  ReconnectingEvent,
  ResyncEvent,
  StartingPoint,
  StoppedEvent,
  StreamEvent,
} from './realtime/events.ts';
export { openSocket } from './open-socket.ts';
export type { OpenSocket, Socket, SocketListeners } from './realtime/socket.ts';
export type { CloseAction, ErrorCode, EventMap, EventType, OperationId, Schemas, StreamId } from '@confab/contract';

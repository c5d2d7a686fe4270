// Generated from spec/ by `pnpm generate`. Do not edit.

import type { components } from './schema.ts';

type Schemas = components['schemas'];

export type ClientFrame =
  | Schemas['ClientIdentifyFrame']
  | Schemas['ClientHeartbeatFrame']
  | Schemas['ClientSubscribeFrame']
  | Schemas['ClientUnsubscribeFrame']
  | Schemas['ClientTypingFrame']
  | Schemas['ClientPresenceFrame']
  | Schemas['ClientFocusFrame']
  | Schemas['ClientRefreshFrame'];

/** What the gateway says for itself. */
export type ServiceFrame =
  | Schemas['ServerHelloFrame']
  | Schemas['ServerHeartbeatFrame']
  | Schemas['ServerReadyFrame']
  | Schemas['ServerSyncedFrame']
  | Schemas['ServerResyncFrame']
  | Schemas['ServerSkippedFrame']
  | Schemas['ServerTypingFrame']
  | Schemas['ServerPresenceFrame']
  | Schemas['ServerReconnectFrame']
  | Schemas['ServerErrorFrame'];

/** What happened in a stream. */
export type EventFrame =
  | Schemas['EventMessageCreatedFrame']
  | Schemas['EventRoomUpdatedFrame']
  | Schemas['EventMemberAddedFrame']
  | Schemas['EventMemberRemovedFrame']
  | Schemas['EventMemberUpdatedFrame']
  | Schemas['EventReadUpdatedFrame']
  | Schemas['EventSessionEndedFrame'];

export type ServerFrame = ServiceFrame | EventFrame;

/** Event type -> its data. */
export interface EventMap {
  'message.created': Schemas['EventMessageCreatedFrame']['d'];
  'room.updated': Schemas['EventRoomUpdatedFrame']['d'];
  'member.added': Schemas['EventMemberAddedFrame']['d'];
  'member.removed': Schemas['EventMemberRemovedFrame']['d'];
  'member.updated': Schemas['EventMemberUpdatedFrame']['d'];
  'read.updated': Schemas['EventReadUpdatedFrame']['d'];
  'session.ended': Schemas['EventSessionEndedFrame']['d'];
}

export type EventType = keyof EventMap;

export const eventTypes = ['message.created', 'room.updated', 'member.added', 'member.removed', 'member.updated', 'read.updated', 'session.ended'] as const satisfies EventType[];

/** Frame type -> the schema of the frames a client may send. */
export const clientFrameSchemas = {
  'identify': 'ClientIdentifyFrame',
  'heartbeat': 'ClientHeartbeatFrame',
  'subscribe': 'ClientSubscribeFrame',
  'unsubscribe': 'ClientUnsubscribeFrame',
  'typing': 'ClientTypingFrame',
  'presence': 'ClientPresenceFrame',
  'focus': 'ClientFocusFrame',
  'refresh': 'ClientRefreshFrame',
} as const;

import type { LiveEvent } from '../../../lib/realtime/live-event.ts';
import type { CurrentUser, Member, Room } from '../../../lib/sdk/models.ts';

/** The rooms I am in, as of one moment and everything that has happened since. */
export type MyRooms = { user: CurrentUser; rooms: readonly Room[] };

/**
 * The next state after an event. Events the snapshot already contains (their number is not above the room's head) change nothing,
 * so the same event may come both ways. Rooms gained, and read markers that end between messages, need a fetch: see `roomToFetch`.
 */
export function withEvent(state: MyRooms, event: LiveEvent): MyRooms {
  switch (event.type) {
    case 'message.created': {
      const message = event.data;
      const counts = message.author.id !== state.user.id && message.parentMessageId === null && message.type !== 'system';
      return changeRoom(state, message.roomId, event.seq, (room) => ({
        ...room,
        ...(room.my && counts && event.seq > room.my.readSeq ? { my: { ...room.my, unreadCount: Math.min(room.my.unreadCount + 1, 1000) } } : {}),
      }));
    }
    case 'room.updated':
      return changeRoom(state, event.data.id, event.seq, (room) => ({ ...event.data, memberCount: room.memberCount, ...(room.my ? { my: room.my } : {}) }));
    case 'member.added':
      return isOfRoom(event) ? changeRoom(state, event.data.roomId, event.seq, (room) => ({ ...room, memberCount: room.memberCount + 1 })) : state;
    case 'member.removed':
      return isOfRoom(event)
        ? changeRoom(state, event.data.roomId, event.seq, (room) => ({ ...room, memberCount: room.memberCount - 1 }))
        : { ...state, rooms: state.rooms.filter((room) => room.id !== event.data.roomId) };
    case 'member.updated':
      return changeRoom(state, event.data.roomId, event.seq, (room) => withMyRole(room, event.data, state.user.id));
    case 'read.updated':
      return withRead(state, event.data.roomId, event.data.seq);
    default:
      return state;
  }
}

/** Moves my marker; at or above the head nothing can be unread. In between the count is not known here and stays until it is fetched. */
export function withRead(state: MyRooms, roomId: string, seq: number): MyRooms {
  return {
    ...state,
    rooms: state.rooms.map((room) => {
      if (room.id !== roomId || !room.my || room.my.readSeq > seq) return room;
      return { ...room, my: { ...room.my, readSeq: seq, unreadCount: seq >= room.head ? 0 : room.my.unreadCount } };
    }),
  };
}

/** The room that an event says too little about to go on without asking. */
export function roomToFetch(state: MyRooms, event: LiveEvent): string | undefined {
  if (event.type === 'member.added' && !isOfRoom(event)) return event.data.roomId;
  if (event.type !== 'read.updated') return undefined;
  const room = state.rooms.find((candidate) => candidate.id === event.data.roomId);
  return room?.my && room.my.unreadCount > 0 && event.data.seq < room.head && event.data.seq >= room.my.readSeq ? room.id : undefined;
}

/** A fetched room takes its place unless events have carried ours further than the answer. */
export function withRoom(state: MyRooms, room: Room): MyRooms {
  const others = state.rooms.filter((candidate) => candidate.id !== room.id);
  if (!room.my) return { ...state, rooms: others };
  const present = state.rooms.find((candidate) => candidate.id === room.id);
  if (present && present.head > room.head) return state;
  return { ...state, rooms: [...others, room] };
}

const isOfRoom = (event: LiveEvent) => event.stream.startsWith('room:');

function changeRoom(state: MyRooms, roomId: string, seq: number, change: (room: Room) => Room): MyRooms {
  return { ...state, rooms: state.rooms.map((room) => (room.id === roomId && seq > room.head ? { ...change(room), head: seq } : room)) };
}

function withMyRole(room: Room, member: Member, userId: string): Room {
  return room.my && member.user.id === userId ? { ...room, my: { ...room.my, role: member.role } } : room;
}

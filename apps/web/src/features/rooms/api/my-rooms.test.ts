import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../../lib/realtime/live-event.ts';
import type { CurrentUser, Message, Room } from '../../../lib/sdk/models.ts';
import { roomToFetch, withEvent, withRead, withRoom, type MyRooms } from './my-rooms.ts';

const user: CurrentUser = { id: 'me', kind: 'person', username: 'me', displayName: 'Me', email: null, createdAt: '' };
const room = (change: Partial<Room> = {}): Room => ({
  id: 'r', kind: 'public', name: 'general', description: '', memberCount: 2, head: 10, updatedSeq: 1, createdAt: '', updatedAt: '',
  my: { role: 'member', joinedSeq: 2, readSeq: 10, unreadCount: 0 }, ...change,
});
const state = (change?: Partial<Room>): MyRooms => ({ user, rooms: [room(change)] });
const said = (seq: number, authorId = 'other', change: Partial<Message> = {}) =>
  ({ type: 'message.created', stream: 'room:r', seq, data: { roomId: 'r', seq, type: 'user', parentMessageId: null, author: { id: authorId }, ...change } }) as unknown as LiveEvent;
const read = (seq: number): LiveEvent => ({ type: 'read.updated', stream: 'user:me', seq: 1, data: { roomId: 'r', seq } });
const unread = (rooms: MyRooms) => rooms.rooms[0]?.my?.unreadCount;

describe('my rooms', () => {
  it('counts what others say, once', () => {
    const after = [said(11), said(12), said(12), said(13, 'me'), said(14, 'other', { parentMessageId: 'root' }), said(15, 'other', { type: 'system' })].reduce(withEvent, state());
    expect(unread(after)).toBe(2);
    expect(after.rooms[0]?.head).toBe(15);
  });

  it('does not count again what the snapshot has counted', () => {
    expect(unread(withEvent(state({ my: { role: 'member', joinedSeq: 2, readSeq: 8, unreadCount: 2 } }), said(10)))).toBe(2);
  });

  it('is read when the marker reaches the head, and asks when it ends in between', () => {
    const counted = [said(11), said(12)].reduce(withEvent, state());
    expect(unread(withEvent(counted, read(12)))).toBe(0);
    expect(roomToFetch(counted, read(11))).toBe('r');
    expect(unread(withEvent(counted, read(11)))).toBe(2);
    expect(roomToFetch(withEvent(counted, read(12)), read(12))).toBeUndefined();
  });

  it('never moves a marker back', () => {
    expect(withRead(state(), 'r', 3).rooms[0]?.my?.readSeq).toBe(10);
  });

  it('keeps what events told when an older answer comes late', () => {
    const ahead = withEvent(state(), said(11));
    expect(unread(withRoom(ahead, room()))).toBe(1);
    expect(unread(withRoom(ahead, room({ head: 12, my: { role: 'member', joinedSeq: 2, readSeq: 10, unreadCount: 2 } })))).toBe(2);
  });

  it('follows members of the room, and my own coming and going', () => {
    const member = { roomId: 'r', user: { id: 'x', username: 'x', displayName: 'X' }, role: 'member', joinedSeq: 11, joinedAt: '' };
    const joined = withEvent(state(), { type: 'member.added', stream: 'room:r', seq: 11, data: member });
    expect(joined.rooms[0]?.memberCount).toBe(3);
    expect(roomToFetch(state(), { type: 'member.added', stream: 'user:me', seq: 1, data: member })).toBe('r');
    expect(withEvent(joined, { type: 'member.removed', stream: 'user:me', seq: 2, data: member }).rooms).toEqual([]);
  });

  it('takes a new name and keeps what is mine', () => {
    const { my: _, ...bare } = room({ name: 'lounge', head: 11 });
    const after = withEvent(state({ my: { role: 'owner', joinedSeq: 1, readSeq: 4, unreadCount: 3 } }), { type: 'room.updated', stream: 'room:r', seq: 11, data: bare });
    expect(after.rooms[0]).toMatchObject({ name: 'lounge', my: { role: 'owner', unreadCount: 3 } });
  });
});

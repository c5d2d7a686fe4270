import { expect, test } from 'vitest';
import { createSeen } from './seen.ts';

const room = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
const other = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2e';
const none = new Headers();
const bearing = (position: string) => new Headers({ 'confab-position': position });

const make = () => createSeen(() => 'me');
const ofRoom = (seen: ReturnType<typeof make>) => seen.headersFor('listMessages', `/rooms/${room}/messages?limit=1`);

test('reads bear the highest position that an answer bore; writes bear none', () => {
  const seen = make();
  expect(seen.headersFor('getMe', '/users/me')).toEqual({});
  for (const position of ['9/0', 'A/FF', 'A/1FE', '9/FFFFFFFF']) seen.answered(bearing(position), undefined);
  expect(seen.headersFor('getMe', '/users/me')).toEqual({ 'confab-position': 'A/1FE' });
  expect(seen.headersFor('createMessage', `/rooms/${room}/messages`)).toEqual({});
});

test('a read of a room bears what was seen of it and of my own stream', () => {
  const seen = make();
  seen.saw(`room:${room}`, 7);
  seen.saw(`room:${room}`, 6);
  seen.saw(`room:${other}`, 9);
  seen.saw('user:me', 3);
  expect(ofRoom(seen)).toEqual({ 'confab-seen': `room:${room}=7,user:me=3` });
  expect(seen.headersFor('getRoom', `/rooms/${room}`)).toEqual(ofRoom(seen));
  expect(seen.headersFor('listRooms', '/rooms?limit=5')).toEqual({ 'confab-seen': `room:${room}=7,room:${other}=9,user:me=3` });
  expect(seen.headersFor('getMe', '/users/me')).toEqual({ 'confab-seen': 'user:me=3' });
});

test.each([
  ['a room', { id: room, head: 5 }, 5],
  ['a page of rooms', { items: [{ id: other, head: 8 }, { id: room, head: 5 }] }, 5],
  ['a message that was edited', { id: 'm', roomId: room, seq: 2, updatedSeq: 6 }, 6],
  ['a page of messages', { items: [{ id: 'm', roomId: room, seq: 2, updatedSeq: 2 }, { id: 'n', roomId: room, seq: 4, updatedSeq: 4 }] }, 4],
  ['a member', { roomId: room, joinedSeq: 3 }, 3],
  ['a read marker', { roomId: room, seq: 9 }, 9],
  ['sync', { epoch: 'e', streams: { [`room:${room}`]: 11 }, rooms: [] }, 11],
])('what an answer shows is seen, too: %s', (_what, body, head) => {
  const seen = make();
  seen.answered(none, body);
  expect(ofRoom(seen)).toEqual({ 'confab-seen': `room:${room}=${head}` });
});

test('a room list bears the rooms that moved last, no more than the specification takes', () => {
  const seen = make();
  for (let i = 0; i < 1_200; i++) seen.saw(`room:${i}`, 1);
  seen.saw('room:500', 2);
  seen.saw('user:me', 3);
  const streams = seen.headersFor('listRooms', '/rooms')['confab-seen']?.split(',') ?? [];
  expect(streams).toHaveLength(32);
  expect(streams.slice(-3)).toEqual(['room:1199=1', 'room:500=2', 'user:me=3']);
});

test('numbers of another epoch are forgotten, and a resync may begin lower', () => {
  const seen = make();
  seen.told('one', { [`room:${room}`]: 7, [`room:${other}`]: 1 });
  seen.restarted('one', `room:${room}`, 4);
  expect(ofRoom(seen)).toEqual({ 'confab-seen': `room:${room}=4` });
  seen.told('two', { [`room:${other}`]: 1 });
  expect(ofRoom(seen)).toEqual({});
});

test('the next to sign in has seen nothing', () => {
  const seen = make();
  seen.answered(bearing('1/1'), { id: room, head: 5 });
  seen.forget();
  expect(ofRoom(seen)).toEqual({});
});

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { CodecError, decodeEvent, encodeEvent } from './codec.ts';
import { decodeMessage, encodeEphemeral } from './ephemeral.ts';
import type { StreamEvent } from './event.ts';
import { channel, hotKey } from './names.ts';

const roomId = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
const event: StreamEvent = {
  epoch: '2k5x-1', type: 'message.created', stream: `room:${roomId}`, seq: 42, at: 1_764_000_000_123, subjectId: null, authorId: null,
  subjectUserId: null, control: false, trace: null, payload: '{"content":"naïve 🐘"}',
};
const id = fc.option(fc.uuid());
const anyEvent = fc.record({
  epoch: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 }),
  type: fc.constantFrom('message.created' as const, 'member.removed' as const),
  stream: fc.constantFrom(`room:${roomId}` as const, `user:${roomId}` as const),
  seq: fc.maxSafeNat(),
  at: fc.maxSafeNat(),
  subjectId: id,
  authorId: id,
  subjectUserId: id,
  control: fc.boolean(),
  trace: fc.option(fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')),
  payload: fc.json(),
});

it('brings every event back as it was', () => {
  fc.assert(fc.property(anyEvent, (given) => void expect(decodeEvent(encodeEvent(given))).toEqual(given)));
});

it('refuses what is cut short, at every byte before the payload', () => {
  const whole = encodeEvent({ ...event, subjectId: roomId, trace: 'x', payload: '' });
  for (let length = 0; length < whole.length; length += 1) expect(() => decodeEvent(whole.subarray(0, length))).toThrow(CodecError);
});

it.for([
  ['another version', () => decodeEvent(Buffer.concat([Buffer.of(9), encodeEvent(event).subarray(1)]))],
  ['an id that is no UUID', () => encodeEvent({ ...event, authorId: 'somebody' })],
  ['a name that is too long', () => encodeEvent({ ...event, epoch: 'e'.repeat(256) })],
] as const)('refuses %s', ([, run]) => {
  expect(run).toThrow(CodecError);
});

it('tells events from what is not numbered', () => {
  const typing = { type: 'typing' as const, stream: event.stream, userId: roomId, d: { roomId, userId: roomId, expiresInMs: 5_000 } };
  expect(decodeMessage(encodeEphemeral(typing))).toEqual({ ephemeral: typing });
  expect(decodeMessage(encodeEvent(event))).toEqual({ event });
});

it('keeps the channel and the hot log of a stream in one slot, and streams in many', () => {
  const tag = (name: string) => /^(\{p\d{2,3}\}):/.exec(name)?.[1];
  const log = hotKey('2k5x-1', event.stream);
  expect(tag(channel(event.stream))).toBe(tag(log));
  expect(channel(event.stream)).toBe(`${tag(log)}:${event.stream}`);
  const tags = new Set(fc.sample(fc.uuid(), 2_000).map((other) => tag(channel(`room:${other}`))));
  expect(tags).toHaveLength(128);
});

import { describe, expect, test } from 'vitest';
import { createFrameChecks, createReportingChecks } from './frames.ts';
import { ContractViolation } from './violation.ts';

const { fromClient, fromServer } = createFrameChecks();
const id = '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d';
const at = '2026-05-04T09:30:00.000Z';
const r = `room:${id}`;
const author = { id, username: 'ada', displayName: 'Ada' };
const message = { id, roomId: id, seq: 4, updatedSeq: 4, type: 'user', author, parentMessageId: null, content: 'hi', html: '<p>hi</p>', nonce: 'n', createdAt: at, editedAt: null, deletedAt: null };
const problem = { type: '/docs#frame.unknown', title: 'There is no frame of this type', status: 400, code: 'frame.unknown', retryable: false, requestId: 'r1' };

type Frame = Record<string, unknown>;
const created: Frame = { t: 'message.created', d: message, r, s: 4 };

test.each<[Frame]>([
  [{ t: 'hello', d: { connectionId: id, heartbeatMs: 30_000 } }],
  [{ t: 'ready', d: { user: author, epoch: '7-1', streams: { [r]: 4 }, refused: [] }, ref: 'a' }],
  [{ t: 'synced', d: {}, r, s: 4 }],
  [{ t: 'error', d: { problem }, ref: 'a' }],
  [created],
])('from the gateway: %j', (frame) => expect(() => fromServer(JSON.stringify(frame))).not.toThrow());

test.each<[Frame]>([
  [{ t: 'identify', d: { ticket: 'x', epoch: '7-1', cursors: { [r]: 0 } } }],
  [{ t: 'heartbeat', d: {}, ref: 'h' }],
  [{ t: 'subscribe', d: { streams: { [r]: null } } }],
])('from a client: %j', (frame) => expect(() => fromClient(JSON.stringify(frame))).not.toThrow());

describe('caught', () => {
  const bad: [string, typeof fromServer, Frame | string, string][] = [
    ['an undeclared frame', fromServer, { t: 'message.exploded', d: {} }, 'frame message.exploded from the gateway: is not in the spec'],
    ["a client's frame from the gateway", fromServer, { t: 'identify', d: { ticket: 'x' } }, 'is not in the spec'],
    ["the gateway's frame from a client", fromClient, { t: 'hello', d: { connectionId: id, heartbeatMs: 1 } }, 'frame hello from the client: is not in the spec'],
    ['a wrong field in a resource', fromServer, { ...created, d: { ...message, seq: '4' } }, '/d/seq must be integer'],
    ['a surplus field in a resource', fromServer, { ...created, d: { ...message, ip: '::1' } }, '"ip"'],
    ['a surplus field beside it', fromServer, { ...created, x: 1 }, '"x"'],
    ['an event without its number', fromServer, { t: 'message.created', d: message, r }, "must have required property 's'"],
    ['data where none belongs', fromServer, { t: 'synced', d: { head: 1 }, r, s: 4 }, '/d must NOT have additional properties'],
    ['an error outside the catalogue', fromServer, { t: 'error', d: { problem: { ...problem, code: 'frame.odd' } } }, 'frame.odd is not in the catalogue'],
    ['a stream of another kind', fromServer, { ...created, r: 'team:1' }, '/r must match pattern'],
    ['no JSON', fromServer, 'hello', 'is not a JSON object'],
  ];
  test.each(bad)('%s', (_name, check, frame, says) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    expect(() => check(text)).toThrow(ContractViolation);
    expect(() => check(text)).toThrow(says);
  });

  test('and told instead of thrown, where nobody could catch it', () => {
    const told: ContractViolation[] = [];
    const checks = createReportingChecks((violation) => void told.push(violation));
    checks.fromServer('{"t":"nonsense"}');
    checks.fromClient('{"t":"nonsense"}');
    expect(told.map(({ place }) => place)).toEqual(['frame nonsense from the gateway', 'frame nonsense from the client']);
  });
});

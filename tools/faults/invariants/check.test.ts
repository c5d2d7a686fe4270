import { expect, test } from 'vitest';
import { check } from './check.ts';
import type { History, LogEntry, Operation } from './history.ts';
import { limits } from './verdict.ts';

const room = 'a';
const stream = `room:${room}`;
const entry = (seq: number, more: Partial<LogEntry> = {}): LogEntry => ({ room, seq, at: seq * 100, type: 'message.created', id: `m${seq}`, nonce: `n${seq}`, ...more });
const sent = (seq: number, more: Partial<Operation> = {}): Operation => ({ kind: 'send', by: 's1', room, nonce: `n${seq}`, startedAt: seq * 100 - 5, endedAt: seq * 100 + 5, outcome: 'ok', message: { id: `m${seq}`, seq }, ...more });
const frame = (seq: number, by = 'r1', connection = 1) => ({ at: seq * 100 + 10, by, connection, type: 'message.created', stream, seq, id: `m${seq}` });
const told = (seq: number, by = 'r1') => ({ at: seq * 100 + 10, by, stream, seq });

/** Four messages, one before the fault and one after the heal; r2 is removed at 3, and the session of r3 ends. */
const sound: History = {
  operations: [sent(1), sent(2), sent(4), { ...sent(4), kind: 'read', startedAt: 500, endedAt: 510, page: [{ id: 'm4', seq: 4 }] }],
  frames: [1, 2, 4].flatMap((seq) => [frame(seq)]).toSpliced(2, 0, { ...frame(3), type: 'member.removed' }).concat([frame(1, 'r2', 2), frame(2, 'r2', 2), { ...frame(3, 'r2', 2), type: 'member.removed' }]),
  events: [1, 2, 3, 4].map((seq) => told(seq)).concat([1, 2, 3].map((seq) => told(seq, 'r2'))),
  members: ['r1', 'r2', 'r3'].map((by) => ({ by, room, from: 0 })),
  gaps: new Map([['r1', 0]]),
  removal: { by: 'r2', room, endedAt: 300 },
  sessionEnd: { by: 'r3', endedAt: 150 },
  log: [entry(1), entry(2), { room, seq: 3, at: 300, type: 'member.removed', subject: 'r2' }, entry(4)],
  final: new Map([[room, ['m1', 'm2', 'm4']]]),
  answers: [{ startedAt: 250, ms: 20 }],
  jobs: [{ name: '1', done: 1, left: undefined, mayRepeat: false }],
  uncleared: 0,
  faultAt: 200,
  healedAt: 350,
  resources: [{ name: 'sockets', before: 3, after: 4, slack: 1 }],
};

test('a sound history breaks nothing', () => {
  const { violations, figures } = check(sound, limits);
  expect(violations).toEqual([]);
  expect(figures).toEqual({ acked: 3, lost: 0, doubled: 0, reordered: 0, unknownButCommitted: 0, leaked: 0, slowestMs: 20, recoveryMs: 60 });
});

test('a send that nobody was told of counts as unknown but committed', () => {
  const history = { ...sound, operations: sound.operations.map((operation) => (operation.nonce === 'n2' ? { ...operation, outcome: 'info' as const } : operation)) };
  expect(check(history, limits)).toMatchObject({ violations: [], figures: { acked: 2, unknownButCommitted: 1 } });
});

const without = (seq: number) => ({ log: sound.log.filter((each) => each.seq !== seq) });
const late = 100_000;

test.each<[string, string, Partial<History>]>([
  ['acknowledged and not in the log', 'lost', { ...without(4), final: new Map([[room, ['m1', 'm2']]]) }],
  ['acknowledged under another number', 'reordered', { operations: [sent(1), sent(2, { message: { id: 'm2', seq: 7 } }), sent(4)] }],
  ['in the log and never sent', 'unsent', { operations: [sent(1), sent(4)] }],
  ['in the log and refused', 'unsent', { operations: [sent(1), sent(2, { outcome: 'fail' }), sent(4)] }],
  ['one nonce, two messages', 'doubled', { log: sound.log.map((each) => (each.seq === 2 ? { ...each, nonce: 'n1' } : each)) }],
  ['a hole in the log', 'lost', { ...without(2) }],
  ['a number twice in the log', 'doubled', { log: [...sound.log, entry(4, { id: 'm5' })] }],
  ['the API shows something else at the end', 'stale', { final: new Map([[room, ['m1', 'm4']]]) }],
  ['sent after the acknowledgement, and before it in the log', 'reordered', { operations: [sent(1), sent(4, { startedAt: 100, endedAt: 110 }), sent(2, { startedAt: 120, endedAt: 130 })] }],
  ['an own write that is not seen', 'stale', { operations: [...sound.operations, { ...sent(4), kind: 'read', startedAt: 600, endedAt: 610, page: [{ id: 'm2', seq: 2 }] }] }],
  ['an own write that is missing among newer ones', 'stale', { operations: [...sound.operations, { ...sent(4), kind: 'read', startedAt: 600, endedAt: 610, page: [{ id: 'm1', seq: 1 }, { id: 'm4', seq: 4 }] }] }],
  ['an own write on an empty page', 'stale', { operations: [...sound.operations, { ...sent(4), kind: 'read', startedAt: 600, endedAt: 610, page: [] }] }],
  ['sent after an acknowledgement, without an answer, and before it in the log', 'reordered', { operations: [sent(1), sent(4, { startedAt: 100, endedAt: 110 }), { kind: 'send', by: 's1', room, nonce: 'n2', startedAt: 120, endedAt: 130, outcome: 'info' }] }],
  ['a frame left out', 'lost', { frames: sound.frames.filter(({ by, seq }) => by !== 'r1' || seq !== 2) }],
  ['a frame twice', 'doubled', { frames: sound.frames.toSpliced(1, 0, frame(1)) }],
  ['two frames swapped', 'reordered', { frames: [frame(2), frame(1), ...sound.frames.slice(2)] }],
  ['another message under the number', 'lost', { frames: sound.frames.with(0, { ...frame(1), id: 'm9' }) }],
  ['told to fetch anew', 'lost', { frames: sound.frames.toSpliced(1, 0, { ...frame(1), type: 'resync' }) }],
  ['a member who is not told the last', 'lost', { events: sound.events.filter(({ by, seq }) => by !== 'r1' || seq !== 4) }],
  ['a connection that begins behind a number that was due', 'lost', { frames: sound.frames.filter(({ by, seq }) => by !== 'r1' || seq !== 3).map((each) => (each.by === 'r1' && each.seq === 4 ? { ...each, connection: 9 } : each)) }],
  ['a first connection that begins too late', 'lost', { frames: sound.frames.filter(({ by, seq }) => by !== 'r1' || seq !== 1) }],
  ['a gap that the SDK met', 'lost', { gaps: new Map([['r1', 1]]) }],
  ['a removed member who was not told what was said in peace', 'lost', { faultAt: 1_250, events: sound.events.filter(({ by, seq }) => by !== 'r2' || seq === 1) }],
  ['a member who is told twice', 'doubled', { events: [...sound.events, told(4)] }],
  ['a frame past the removal', 'leaked', { frames: [...sound.frames, frame(4, 'r2', 2)] }],
  ['a read past the removal', 'leaked', { operations: [...sound.operations, { kind: 'read', by: 'r2', room, startedAt: late, endedAt: late, outcome: 'ok', page: [{ id: 'm4', seq: 4 }] }] }],
  ['a removal that is not in the log', 'lost', { log: sound.log.map((each) => (each.seq === 3 ? entry(3) : each)) }],
  ['a frame past the end of the session', 'leaked', { sessionEnd: { by: 'r1', endedAt: 400 - limits.sessionMs - 1 } }],
  ['an old frame that comes when session and fault are long over', 'leaked', { frames: [...sound.frames, { ...frame(1, 'r3', 3), at: 350 + limits.sessionMs + 1 }] }],
  ['a read with the token of a session that ended', 'leaked', { operations: [...sound.operations, { kind: 'read', by: 'r3', room, startedAt: 150 + limits.sessionMs + 1, endedAt: late, outcome: 'ok', page: [] }] }],
  ['an answer that takes too long', 'late', { answers: [{ startedAt: 0, ms: limits.answerMs + 1 }] }],
  ['a sender who is never answered again', 'late', { healedAt: 399 }],
  ['a request that fails long after the heal', 'late', { operations: [...sound.operations, { kind: 'read', by: 's1', room, startedAt: late, endedAt: late + 1, outcome: 'info' }] }],
  ['an answer that is slow long after the heal', 'late', { operations: [...sound.operations, { kind: 'read', by: 's1', room, startedAt: 400, endedAt: 400 + limits.recoverMs, outcome: 'ok', page: [] }] }],
  ['a receiver who is told nothing more of one room', 'late', { members: [...sound.members, { by: 'r1', room: 'b', from: 0 }], log: [...sound.log, entry(1, { room: 'b', at: 400, id: 'b1', nonce: 'b1' })] }],
  ['a receiver who is told too late', 'late', { frames: sound.frames.map((each) => (each.by === 'r1' && each.seq === 4 ? { ...each, at: 350 + limits.recoverMs + 1 } : each)) }],
  ['a removal that is never answered', 'late', { removal: undefined }],
  ['a job left', 'lost', { jobs: [{ name: '1', done: 0, left: '3 attempts', mayRepeat: true }] }],
  ['a job done twice', 'doubled', { jobs: [{ name: '1', done: 2, left: undefined, mayRepeat: false }] }],
  ['a job that is gone and was not done', 'lost', { jobs: [{ name: '1', done: 0, left: undefined, mayRepeat: false }] }],
  ['rows that jobs were to delete', 'lost', { uncleared: 1 }],
  ['sockets kept', 'kept', { resources: [{ name: 'sockets', before: 3, after: 5, slack: 1 }] }],
])('%s: %s', (_, kind, broken) => {
  expect(check({ ...sound, ...broken }, limits).violations.map((violation) => violation.kind)).toContain(kind);
});

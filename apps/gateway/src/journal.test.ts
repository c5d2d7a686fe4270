import { randomUUID } from 'node:crypto';

import { createLogger } from '@confab/runtime';
import { expect, test } from 'vitest';

import { createDelivery } from './delivery.ts';
import { createFlusher } from './flusher.ts';
import { createJournal } from './journal.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const handshake = `00-${traceId}-b7ad6b7169203331-01`;

function open() {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  return { lines, journal: createJournal({ logger, newId: randomUUID, connectionId: 'c-1', handshake }) };
}

test('the life of a socket, with its ids, in the words of the log', async () => {
  const { lines, journal } = open();
  journal.connected();
  await journal.frame({ t: 'identify', d: { ticket: 'canary' } }, async () => {
    journal.admitted('u-1', 's-1');
    journal.identified({ streams: 3, resumed: 2, replaces: 'c-0' });
  });
  await journal.frame({ t: 'typing', d: { roomId: 'canary' } }, async () => journal.failed(new Error('broken'), 'a frame failed', 'typing'));
  journal.demoted(300_000);
  journal.closed({ code: 4408, answered: 1006, durationMs: 5, delivered: 7 });
  const whose = { connectionId: 'c-1', userId: 'u-1', sessionId: 's-1' };
  expect(lines).toMatchObject([
    { level: 'debug', msg: 'connected', connectionId: 'c-1', traceId, requestId: expect.any(String) },
    { level: 'info', msg: 'resumed', ...whose, streams: 3, resumed: 2, replaces: 'c-0', traceId, requestId: expect.any(String) },
    { level: 'error', msg: 'a frame failed', ...whose, frame: 'typing', requestId: expect.any(String), err: { message: 'broken' } },
    { level: 'info', msg: 'demoted', ...whose, queuedBytes: 300_000 },
    { level: 'info', msg: 'closed', ...whose, code: 4408, answered: 1006, reason: expect.stringMatching(/^\w+$/), delivered: 7 },
  ]);
  expect(new Set(lines.slice(0, 3).map(({ requestId }) => requestId)).size).toBe(3);
  expect(lines[2]).not.toHaveProperty('traceId');
  expect(JSON.stringify(lines)).not.toContain('canary');
});

test('whoever identifies for the first time has not resumed', () => {
  const { lines, journal } = open();
  journal.identified({ streams: 1, resumed: 0, replaces: undefined });
  expect(lines).toMatchObject([{ msg: 'identified' }]);
});

test('a peer that does not read is told of once it is too far behind, and not before it reads streams', () => {
  const told: number[] = [];
  const nobody = () => Promise.reject(new Error('nobody asks'));
  const delivery = createDelivery({
    wire: { writableLength: 0, writableNeedDrain: true, cork: () => undefined, uncork: () => undefined, write: () => false },
    context: {
      flusher: createFlusher({ defer: () => undefined, later: () => undefined, now: () => 0, gatherMs: () => 0 }),
      hub: { enter: () => expect.fail(), leave: () => undefined },
      access: { standing: nobody, standings: nobody },
      clock: { now: () => 0 },
      later: () => undefined,
    },
    owner: {
      sessionEnded: () => undefined,
      delivered: () => undefined,
      demoted: (queuedBytes) => void told.push(queuedBytes),
      resynced: () => undefined,
      synced: () => undefined,
    },
  });
  delivery.start('u-1', [], { epoch: undefined, seqs: {} });
  for (let count = 0; count < 600; count += 1) delivery.send({ t: 'heartbeat', d: {} });
  expect(told).toEqual([expect.any(Number)]);
});

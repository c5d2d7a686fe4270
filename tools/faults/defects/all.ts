import type { Defect } from '../harness/fault.ts';

const pushEvent = { apps: ['gateway'], file: 'apps/gateway/src/delivery.ts', line: 'this.#outbound.push(eventFrame(event));' } as const;
const every = (times: number, then: string, otherwise: string): string => `globalThis.planted = (globalThis.planted ?? 0) + 1; if (globalThis.planted % ${times} === 0) { ${then} } else { ${otherwise} }`;
const everywhere = ['api', 'gateway', 'worker'] as const;

/** Each line is one that somebody could write, or leave out. */
export const defects: readonly Defect[] = [
  {
    name: 'a commit that is not durable (synchronous_commit = off)',
    fault: 'kill-primary',
    shows: /^lost: .*not in the log/,
    edits: [],
    async prepare({ sql }) {
      await sql('ALTER SYSTEM SET synchronous_commit = off');
      await sql("ALTER SYSTEM SET wal_writer_delay = '1s'");
      await sql("ALTER SYSTEM SET wal_writer_flush_after = '1GB'");
      await sql('SELECT pg_reload_conf()');
    },
  },
  { name: 'an event dropped', fault: 'freeze-worker', shows: /^lost: connection .* never came/, edits: [{ ...pushEvent, instead: every(97, '', pushEvent.line) }] },
  { name: 'an event doubled', fault: 'freeze-worker', shows: /^doubled: connection .* came again/, edits: [{ ...pushEvent, instead: every(97, `${pushEvent.line} ${pushEvent.line}`, pushEvent.line) }] },
  {
    name: 'two events swapped',
    fault: 'freeze-worker',
    shows: /^reordered: connection .* came after/,
    edits: [
      {
        ...pushEvent,
        instead: `globalThis.held ??= new WeakMap();
          const held = globalThis.held.get(this.wire);
          if (held !== undefined && held.stream === event.stream) { ${pushEvent.line} this.#outbound.push(eventFrame(held)); globalThis.held.delete(this.wire); }
          else { ${every(97, 'if (held === undefined) globalThis.held.set(this.wire, event); else this.#outbound.push(eventFrame(event));', pushEvent.line)} }`,
      },
    ],
  },
  {
    name: 'acknowledged before the commit',
    fault: 'kill-primary',
    shows: /^(lost: .*not in the log|stale: .*not on the page)/,
    edits: [
      { apps: ['api'], file: 'packages/core/src/messages/outbox.ts', line: 'const events = await database.write((tx) =>', instead: 'const writing = database.write((tx) =>' },
      {
        apps: ['api'],
        file: 'packages/core/src/messages/outbox.ts',
        line: 'await made(events, letters);',
        instead: `writing.then((events) => made(events, letters)).catch(() => undefined);
          while (outcomes.length === 0) await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 1))]);`,
      },
      { apps: ['api'], file: 'packages/db/src/transaction.ts', line: 'this.#isNextLast = true;', instead: 'this.#isNextLast = true; await new Promise((resolve) => setTimeout(resolve, 200));' },
    ],
  },
  {
    name: 'a removal that is not heeded',
    fault: 'freeze-worker',
    shows: /^leaked: .*was removed at/,
    edits: [
      { apps: ['gateway'], file: 'apps/gateway/src/replay.ts', line: "if (event.type === 'member.removed' && event.subjectUserId === reader.sink.userId && event.stream.startsWith('room:')) remove(reader);", instead: '' },
      { apps: ['gateway'], file: 'apps/gateway/src/readers.ts', line: "else if (event.type === 'member.removed') this.#removed(event);", instead: '' },
    ],
  },
  {
    name: 'a session whose end is not heeded',
    fault: 'freeze-worker',
    shows: /^leaked: .* with the token of his session/,
    edits: [
      { apps: ['api'], file: 'packages/core/src/sessions/sessions.service.ts', line: "if (endedWatch.has(sessionId)) throw new AppError('session.ended');", instead: '' },
      { apps: ['api'], file: 'packages/core/src/sessions/sessions.service.ts', line: "if ((await liveness(identified.sessionId)) === 'ended') throw new AppError('session.ended');", instead: '' },
    ],
  },
  {
    name: 'a resume that begins one number late',
    fault: 'kill-gateway',
    shows: /^lost: .*: connection \d+ begins at/,
    edits: [
      {
        apps: ['gateway'],
        file: 'apps/gateway/src/delivery.ts',
        line: 'for (const standing of standings) readers.begin(standing, { epoch, seq: seqs[standing.stream] ?? null });',
        instead: `for (const standing of standings) {
          const seq = seqs[standing.stream] ?? null;
          readers.begin(standing, { epoch, seq: seq === null || seq >= standing.head ? seq : seq + 1 });
        }`,
      },
    ],
  },
  {
    name: 'a job that does nothing',
    fault: 'freeze-worker',
    shows: /^lost: .* rows are left that jobs were to delete/,
    edits: [{ apps: ['worker'], file: 'apps/worker/src/tasks/delete-old-idempotency-keys.ts', line: 'return async (_payload, signal) => ({ deleted: await inBatches((limit) => keys.deleteOld(limit), signal) });', instead: 'return async () => ({ deleted: 0 });' }],
  },
  {
    name: 'a connection that is not given back',
    fault: 'freeze-worker',
    shows: /^kept: connections lent by api/,
    edits: [{ apps: ['api'], file: 'packages/db/src/replica-driver.ts', line: 'await lent.release();', instead: every(10, '', 'await lent.release();') }],
  },
  {
    name: 'caches that are never invalidated',
    fault: 'freeze-worker',
    shows: /^(stale: .*not on the page|leaked: .* read )/,
    edits: [
      { apps: everywhere, file: 'packages/redis/src/cache.ts', line: 'for (const key of keys) versions.forget(key);', instead: 'return true;' },
      { apps: everywhere, file: 'packages/redis/src/cache.ts', line: 'return (await versions.ask(key)).version === entry.version;', instead: 'return true;' },
    ],
  },
];

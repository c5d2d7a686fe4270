import type { History } from './history.ts';
import { roomStream } from './history.ts';
import type { Violation } from './verdict.ts';

const created = ({ log }: History) => log.filter(({ type }) => type === 'message.created');

/** acked ⊆ log ⊆ sent, and nothing twice. */
export function checkLog(history: History): Violation[] {
  const found: Violation[] = [];
  const messages = created(history);
  const byId = new Map(messages.map((entry) => [entry.id, entry]));
  const sends = new Map(history.operations.filter(({ kind }) => kind === 'send').map((send) => [send.nonce, send]));
  for (const { outcome, message, room, by } of sends.values()) {
    if (outcome !== 'ok' || message === undefined) continue;
    const entry = byId.get(message.id);
    if (entry === undefined) found.push({ kind: 'lost', what: `${by} was acknowledged ${message.id} (${message.seq}) of ${room}, which is not in the log` });
    else if (entry.seq !== message.seq) found.push({ kind: 'reordered', what: `${message.id} was acknowledged as ${message.seq} and is ${entry.seq}` });
  }
  const nonces = new Set<string>();
  for (const { nonce = '', id } of messages) {
    const send = sends.get(nonce);
    if (send === undefined) found.push({ kind: 'unsent', what: `nobody sent ${id}` });
    else if (send.outcome === 'fail') found.push({ kind: 'unsent', what: `${id} was refused (${send.code}), and is in the log` });
    if (nonces.has(nonce)) found.push({ kind: 'doubled', what: `nonce ${nonce} made several messages, one of them ${id}` });
    nonces.add(nonce);
  }
  return [...found, ...checkNumbers(history), ...checkFinal(history)];
}

/** Each room's numbers have neither hole nor repetition. */
function checkNumbers({ log }: History): Violation[] {
  return [...Map.groupBy(log, ({ room }) => room)].flatMap(([room, entries]) => {
    const seqs = entries.map(({ seq }) => seq).toSorted((a, b) => a - b);
    return seqs.flatMap((seq, index): Violation[] => {
      const step = index === 0 ? 1 : seq - (seqs[index - 1] ?? 0);
      if (step === 1) return [];
      return [{ kind: step === 0 ? 'doubled' : 'lost', what: `${room}: ${seq} follows ${seqs[index - 1]} in the log` }];
    });
  });
}

/** What the API says at the end is the log. */
function checkFinal(history: History): Violation[] {
  return [...Map.groupBy(created(history), ({ room }) => room)].flatMap(([room, entries]): Violation[] => {
    const told = history.final.get(room);
    const ids = entries.toSorted((a, b) => a.seq - b.seq).map(({ id }) => id);
    if (told === undefined || JSON.stringify(told) === JSON.stringify(ids)) return [];
    return [{ kind: 'stale', what: `${roomStream(room)}: the API shows ${told.length} messages at the end, the log ${ids.length}, or in another order` }];
  });
}

/** What was acknowledged before another was sent stands before it, also where nobody knows that the other took effect. */
export function checkRealTimeOrder({ operations, log }: History): Violation[] {
  const seqs = new Map(log.map(({ nonce, seq }) => [nonce, seq]));
  const committed = operations.flatMap(({ kind, outcome, room, startedAt, endedAt, nonce, message }) => {
    const seq = message?.seq ?? seqs.get(nonce);
    return kind === 'send' && seq !== undefined ? [{ room, startedAt, endedAt: outcome === 'ok' ? endedAt : Infinity, seq }] : [];
  });
  return [...Map.groupBy(committed, ({ room }) => room)].flatMap(([room, sends]) => {
    const byEnd = sends.toSorted((a, b) => a.endedAt - b.endedAt);
    let highest = 0;
    let next = 0;
    return sends.toSorted((a, b) => a.startedAt - b.startedAt).flatMap((send): Violation[] => {
      for (let before = byEnd[next]; before !== undefined && before.endedAt < send.startedAt; before = byEnd[next]) {
        highest = Math.max(highest, before.seq);
        next += 1;
      }
      return send.seq > highest ? [] : [{ kind: 'reordered', what: `${room}: ${send.seq} was sent after ${highest} was acknowledged` }];
    });
  });
}

/** Whoever reads after his own sends were acknowledged sees them, each that the page reaches back to. */
export function checkOwnWrites({ operations }: History): Violation[] {
  const found: Violation[] = [];
  const own = Map.groupBy(operations.filter(({ outcome }) => outcome === 'ok'), ({ by, room }) => `${by} ${room}`);
  for (const [who, mine] of own) {
    const sends = mine.filter(({ kind }) => kind === 'send');
    for (const { page = [], startedAt } of mine.filter(({ kind }) => kind === 'read')) {
      const shown = new Set(page.map(({ id }) => id));
      const oldest = page.reduce((lowest, { seq }) => Math.min(lowest, seq), Infinity);
      const missing = sends.flatMap(({ endedAt, message }) => (endedAt <= startedAt && message !== undefined && (message.seq >= oldest || page.length === 0) && !shown.has(message.id) ? [message.seq] : []));
      if (missing.length > 0) found.push({ kind: 'stale', what: `${who}: ${missing.join(', ')} acknowledged, and not on the page that was read afterwards` });
    }
  }
  return found;
}

import type { Frame, History, Membership } from './history.ts';
import { roomStream } from './history.ts';
import type { Limits, Violation } from './verdict.ts';

const moves = (frame: Frame): boolean => frame.type.includes('.') || frame.type === 'skipped';

/** Over each single connection: no number is left out, comes twice or comes before its predecessor. The SDK mends all three, so it is not asked. */
export function checkConnections({ frames, log }: History): Violation[] {
  const found: Violation[] = [];
  const idOf = new Map(log.map((entry) => [`${roomStream(entry.room)} ${entry.seq}`, entry.id]));
  for (const [place, all] of Map.groupBy(frames, ({ connection, stream }) => `connection ${connection}, ${stream}`)) {
    let seen = new Set<number>();
    let highest: number | undefined;
    let first = 0;
    const ended = (): void => {
      if (highest === undefined) return;
      for (let seq = first; seq <= highest; seq += 1) if (!seen.has(seq)) found.push({ kind: 'lost', what: `${place}: ${seq} never came` });
    };
    for (const frame of all) {
      if (frame.type === 'resync') {
        ended();
        found.push({ kind: 'lost', what: `${place}: told to fetch anew at ${frame.seq}` });
        [seen, highest, first] = [new Set([frame.seq]), frame.seq, frame.seq];
        continue;
      }
      if (!moves(frame)) continue;
      if (highest === undefined) first = frame.seq;
      if (seen.has(frame.seq)) found.push({ kind: 'doubled', what: `${place}: ${frame.seq} came again` });
      else if (highest !== undefined && frame.seq < highest) found.push({ kind: 'reordered', what: `${place}: ${frame.seq} came after ${highest}` });
      seen.add(frame.seq);
      highest = Math.max(highest ?? 0, frame.seq);
      const id = idOf.get(`${frame.stream} ${frame.seq}`);
      if (frame.type === 'message.created' && id !== frame.id) found.push({ kind: 'lost', what: `${place}: ${frame.seq} came as ${frame.id}, and is ${id} in the log` });
    }
    ended();
  }
  return found;
}

/** Every entitled member is told everything once and in order, across all his connections. */
export function checkMembers(history: History): Violation[] {
  const told = Map.groupBy(history.events, ({ by, stream }) => `${by} ${stream}`);
  const heads = new Map<string, number>();
  for (const { room, seq } of history.log) heads.set(room, Math.max(heads.get(room) ?? 0, seq));
  return history.members.flatMap((member) => {
    const seqs = (told.get(`${member.by} ${roomStream(member.room)}`) ?? []).map(({ seq }) => seq);
    const found: Violation[] = [];
    for (const [index, seq] of seqs.entries()) {
      const expected = member.from + 1 + index;
      if (seq === expected) continue;
      const kind = seqs.indexOf(seq) < index ? 'doubled' : seq < expected ? 'reordered' : 'lost';
      found.push({ kind, what: `${member.by} in ${member.room}: ${seq} where ${expected} was due` });
      break;
    }
    const last = seqs.at(-1) ?? member.from;
    const due = lastDue(history, member, heads.get(member.room) ?? 0);
    if (last < due) found.push({ kind: 'lost', what: `${member.by} in ${member.room}: nothing after ${last}, of ${due}` });
    return found;
  });
}

/** Who is put out may find the door closed before he has heard what came just before; no more is due to him than that nothing is out of order. */
function lastDue({ removal, sessionEnd }: History, { by, room }: Membership, head: number): number {
  return sessionEnd?.by === by || (removal?.by === by && removal.room === room) ? 0 : head;
}

/** Nothing past a removal, over sockets by its number and over REST by the clock; nothing new past a session's end. */
export function checkLeaks({ frames, operations, log, removal, sessionEnd }: History, limits: Limits): Violation[] {
  const found: Violation[] = [];
  if (removal !== undefined) {
    const number = log.find(({ type, room, subject }) => type === 'member.removed' && room === removal.room && subject === removal.by)?.seq;
    if (number === undefined) found.push({ kind: 'lost', what: `the removal from ${removal.room} is not in the log` });
    for (const { by, stream, seq, type } of frames) {
      if (number !== undefined && by === removal.by && stream === roomStream(removal.room) && seq > number) found.push({ kind: 'leaked', what: `${type} ${seq} of ${removal.room} came to ${by}, who was removed at ${number}` });
    }
    for (const { kind, by, room, outcome, startedAt } of operations) {
      if (kind === 'read' && by === removal.by && room === removal.room && outcome === 'ok' && startedAt > removal.endedAt + limits.removalMs) {
        found.push({ kind: 'leaked', what: `${by} read ${room} ${Math.round(startedAt - removal.endedAt)} ms after he was removed` });
      }
    }
  }
  if (sessionEnd === undefined) return found;
  const givenAt = new Map(log.map(({ room, seq, at }) => [`${roomStream(room)} ${seq}`, at]));
  for (const { by, stream, seq } of frames) {
    const at = givenAt.get(`${stream} ${seq}`);
    if (by === sessionEnd.by && at !== undefined && at > sessionEnd.endedAt + limits.sessionMs) found.push({ kind: 'leaked', what: `${seq} of ${stream}, ${Math.round(at - sessionEnd.endedAt)} ms younger than the end of the session, came to ${by}` });
  }
  return found;
}

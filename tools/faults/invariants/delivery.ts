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

/** A new connection goes on no later than where those before it had come to. What is left out between two the SDK mends by a third. */
export function checkResumes({ frames, members, gaps }: History): Violation[] {
  const found: Violation[] = [];
  const cameTo = new Map(members.map(({ by, room, from }) => [`${by}, ${roomStream(room)}`, from]));
  for (const [place, all] of Map.groupBy(frames.filter(moves), ({ by, stream }) => `${by}, ${stream}`)) {
    const begun = new Set<number>();
    let highest = cameTo.get(place) ?? (all[0]?.seq ?? 1) - 1;
    for (const { connection, seq } of all) {
      if (!begun.has(connection) && seq > highest + 1) found.push({ kind: 'lost', what: `${place}: connection ${connection} begins at ${seq}, after ${highest}` });
      begun.add(connection);
      highest = Math.max(highest, seq);
    }
  }
  for (const [by, count] of gaps) if (count > 0) found.push({ kind: 'lost', what: `${by} met ${count} gaps, and asked again` });
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

/** So long before the fault what was committed has come to everybody. */
const peaceMs = 1_000;

/** Who is put out, or signed out, while things break may find the door closed before he has heard what came just before: what was said in peace is due to him. */
function lastDue({ removal, sessionEnd, log, faultAt }: History, { by, room }: Membership, head: number): number {
  const leaves = sessionEnd?.by === by || (removal?.by === by && removal.room === room);
  if (!leaves) return head;
  return log.reduce((last, entry) => (entry.room === room && entry.at < faultAt - peaceMs ? Math.max(last, entry.seq) : last), 0);
}

/** Nothing past a removal, over sockets by its number and over REST by the clock; nothing past a session's end, of what is younger, nor at all once the fault is over. */
export function checkLeaks({ frames, operations, log, removal, sessionEnd, healedAt }: History, limits: Limits): Violation[] {
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
  const endsAt = sessionEnd.endedAt + limits.sessionMs;
  // Who stood still, or was cut off, may learn of the end when the fault does; what was under way to him comes then.
  const comesUntil = Math.max(sessionEnd.endedAt, healedAt) + limits.sessionMs;
  for (const { by, stream, seq, at } of frames) {
    if (by !== sessionEnd.by) continue;
    const given = givenAt.get(`${stream} ${seq}`);
    if (given !== undefined && given > endsAt) found.push({ kind: 'leaked', what: `${seq} of ${stream}, ${Math.round(given - sessionEnd.endedAt)} ms younger than the end of the session, came to ${by}` });
    else if (at > comesUntil) found.push({ kind: 'leaked', what: `${seq} of ${stream} came to ${by} ${Math.round(at - sessionEnd.endedAt)} ms after the end of the session` });
  }
  for (const { kind, by, outcome, startedAt } of operations) {
    if (kind === 'read' && by === sessionEnd.by && outcome === 'ok' && startedAt > endsAt) found.push({ kind: 'leaked', what: `${by} read with the token of his session ${Math.round(startedAt - sessionEnd.endedAt)} ms after its end` });
  }
  return found;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { check } from '../invariants/check.ts';
import type { Figures } from '../invariants/check.ts';
import type { History, LogEntry } from '../invariants/history.ts';
import type { Limits, Violation } from '../invariants/verdict.ts';
import { history as readHistory } from '../traffic.ts';
import { gather, insist } from './cast.ts';
import type { Cast, Player, Size } from './cast.ts';
import type { Fault } from './fault.ts';
import { startWork } from './jobs.ts';
import { createRecorder, now } from './recorder.ts';
import type { Recorder } from './recorder.ts';
import { patiently } from './patiently.ts';
import { compared } from './resources.ts';
import type { Counts } from './resources.ts';
import type { Stage } from './stage.ts';
import { startConversation } from './traffic.ts';

export interface Script extends Size {
  readonly steadyMs: number;
  readonly faultMs: number;
  readonly afterMs: number;
  /** How long everything may take to come to rest. */
  readonly quiesceMs: number;
  readonly limits: Limits;
}

export interface Performance {
  readonly name: string;
  readonly figures: Figures;
  readonly violations: readonly Violation[];
}

/** Steady, fault, heal, quiesce, final read; then the verdict. `before`: what the stage held when it was new. */
export async function perform(stage: Stage, fault: Fault, script: Script, before: Counts): Promise<Performance> {
  const recorder = createRecorder();
  const cast = await patiently(() => gather(stage, recorder, script));
  try {
    const work = startWork(stage, (cast.senders[0] as Player).userId);
    const conversation = startConversation(cast, recorder);
    await sleep(script.steadyMs);

    const faultAt = now();
    const heal = await fault.begin(stage, cast);
    const endings = Promise.all([putOut(cast), endSession(cast)]);
    await sleep(Math.max(0, (fault.lastsMs ?? script.faultMs) - (now() - faultAt)));
    await heal();
    const healedAt = now();

    const [removal, sessionEnd] = await endings;
    await sleep(script.afterMs);
    await until(() => isBack(cast, recorder, healedAt), script.limits.recoverMs + 5_000);
    await conversation.stop();
    await work.stop();

    const log = await readLog(stage, cast);
    const heads = new Map(cast.rooms.map((room) => [room, Math.max(...log.filter((entry) => entry.room === room).map(({ seq }) => seq))]));
    const isQuiet = (): boolean => stayed(cast).every(({ confab, name }) => cast.rooms.every((room) => (name === removal?.by && room === removal.room) || (confab.realtime.cursors[`room:${room}`] ?? 0) >= (heads.get(room) ?? 0)));
    await until(isQuiet, script.quiesceMs);
    const done = await work.count({ withinMs: script.quiesceMs, mayRepeat: fault.repeatsJobs ?? false });
    const gaps = new Map(stayed(cast).map(({ name, confab }) => [name, confab.realtime.counts.gaps]));
    const final = new Map<string, string[]>();
    for (const room of cast.rooms) final.set(room, await readHistory(cast.senders[0] as Player, room).then((messages) => messages.map(({ id }) => id), () => []));
    cast.close();
    const resources = await compared(stage, before, script.quiesceMs);
    const history: History = { ...recorder, members: cast.memberships, gaps, removal, sessionEnd, log, final, ...done, faultAt, healedAt, resources };
    return { name: fault.name, ...check(history, script.limits) };
  } finally {
    cast.close();
  }
}

/** Longer than any fault. */
const endingsMs = 60_000;

/** For so long nothing has failed. */
const calmMs = 1_500;

/** Everybody is answered, nobody is refused any more, and each is told of each room; the invariants look closer. */
function isBack(cast: Cast, { operations, frames }: Recorder, healedAt: number): boolean {
  const since = operations.filter(({ startedAt }) => startedAt >= healedAt);
  const speakers = new Set(cast.senders.map(({ name }) => name));
  const answered = new Set(since.filter(({ kind, outcome }) => kind === 'send' && outcome === 'ok').map(({ by }) => by));
  const isCalm = !since.some(({ by, outcome, endedAt }) => speakers.has(by) && outcome !== 'ok' && endedAt > now() - calmMs);
  const told = new Set(frames.filter(({ at, type }) => at > healedAt + 1_000 && type === 'message.created').map(({ by, stream }) => `${by} ${stream}`));
  const isTold = stayed(cast).every(({ name }) => cast.rooms.every((room, index) => (name === cast.removed.name && index === cast.rooms.length - 1) || told.has(`${name} room:${room}`)));
  return isCalm && cast.senders.every(({ name }) => answered.has(name)) && isTold;
}

/** Those who shall be told everything. */
const stayed = ({ receivers, signedOut }: Cast): Player[] => receivers.filter((player) => player !== signedOut);

async function putOut({ senders, rooms, removed }: Cast) {
  const room = rooms.at(-1) ?? '';
  const isDone = await insist(() => (senders[0] as Player).confab.rest.removeMember(room, removed.userId), endingsMs);
  return isDone ? { by: removed.name, room, endedAt: now() } : undefined;
}

async function endSession({ signedOut, otherDevice }: Cast) {
  const sessionId = signedOut.confab.auth.session?.sessionId ?? '';
  const isDone = await insist(() => otherDevice.rest.endSession(sessionId), endingsMs);
  return isDone ? { by: signedOut.name, endedAt: now() } : undefined;
}

async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  const deadline = now() + withinMs;
  while (!isSo() && now() < deadline) await sleep(50);
}

interface Row {
  readonly room: string;
  readonly seq: string;
  readonly at: Date;
  readonly type: string;
  readonly id: string | null;
  readonly nonce: string | null;
  readonly subject: string | null;
}

/** The truth, past everything that is tested here. */
async function readLog(stage: Stage, { rooms, receivers, senders }: Cast): Promise<LogEntry[]> {
  const names = new Map([...senders, ...receivers].map(({ userId, name }) => [userId, name]));
  const rows = await stage.sql<Row>(
    `SELECT substr(event.stream_id, 6) AS room, event.seq, event.at, event.type, message.id, message.nonce, event.subject_user_id AS subject
     FROM stream_event event LEFT JOIN messages message ON message.id = event.subject_id AND event.type = 'message.created'
     WHERE event.stream_id = ANY($1) ORDER BY event.stream_id, event.seq`,
    [rooms.map((room) => `room:${room}`)],
  );
  return rows.map(({ room, seq, at, type, id, nonce, subject }) => ({
    room, seq: Number(seq), at: at.getTime(), type,
    ...(id === null ? {} : { id }), ...(nonce === null ? {} : { nonce }), ...(subject === null ? {} : { subject: names.get(subject) ?? subject }),
  }));
}

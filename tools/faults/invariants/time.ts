import type { History } from './history.ts';
import { roomStream } from './history.ts';
import type { Limits, Violation } from './verdict.ts';

export const slowestAnswerMs = ({ answers, faultAt }: History): number =>
  answers.filter(({ startedAt, ms }) => startedAt + ms >= faultAt).reduce((slowest, { ms }) => Math.max(slowest, ms), 0);

/** An answer that takes longer is not normal. */
const slowMs = 1_000;

/**
 * From the heal until the last request that failed or was slow was over, every sender was answered, and every receiver was told of what was sent after it
 * in each of his rooms. Infinite where that never came.
 */
export function recoveryMs({ operations, frames, log, healedAt, members, removal, sessionEnd }: History): number {
  const fresh = new Map(log.filter(({ at }) => at >= healedAt).map(({ room, seq }) => [`${roomStream(room)} ${seq}`, room]));
  const senders = new Set(operations.filter(({ kind }) => kind === 'send').map(({ by }) => by));
  const since = operations.filter(({ by, startedAt }) => startedAt >= healedAt && senders.has(by));
  const answered = [...senders].map((sender) => since.find(({ kind, by, outcome }) => kind === 'send' && by === sender && outcome === 'ok')?.endedAt);
  const amiss = since.filter(({ outcome, startedAt, endedAt }) => outcome !== 'ok' || endedAt - startedAt > slowMs).map(({ endedAt }) => endedAt);
  const told = new Map<string, number>();
  for (const { by, stream, seq, at } of frames) {
    const room = fresh.get(`${stream} ${seq}`);
    if (room !== undefined && !told.has(`${by} ${room}`)) told.set(`${by} ${room}`, at);
  }
  const here = members.filter(({ by, room }) => by !== sessionEnd?.by && !(by === removal?.by && room === removal.room));
  const times = [...answered, ...amiss, ...here.map(({ by, room }) => told.get(`${by} ${room}`))];
  return times.reduce<number>((latest, at) => Math.max(latest, at === undefined ? Infinity : at - healedAt), 0);
}

export function checkTimes(history: History, limits: Limits): Violation[] {
  const [slowest, recovery] = [slowestAnswerMs(history), recoveryMs(history)];
  return [
    ...(history.removal === undefined || history.sessionEnd === undefined ? [{ kind: 'late', what: 'a member could not be removed, or a session not be ended' } as const] : []),
    ...(slowest > limits.answerMs ? [{ kind: 'late', what: `an answer took ${Math.round(slowest)} ms` } as const] : []),
    ...(recovery > limits.recoverMs ? [{ kind: 'late', what: `not normal again within ${limits.recoverMs} ms: ${Math.round(recovery)} ms` } as const] : []),
  ];
}

/** Each is done, once where no worker died with it in hand, and what they are for has happened. */
export function checkJobs({ jobs, uncleared }: History): Violation[] {
  const found = jobs.flatMap(({ name, done, left, mayRepeat }): Violation[] => {
    if (left !== undefined || (done === 0 && !mayRepeat)) return [{ kind: 'lost', what: `job ${name} was never done: ${left ?? 'it is gone'}` }];
    if (done > 1 && !mayRepeat) return [{ kind: 'doubled', what: `job ${name} was done ${done} times` }];
    return [];
  });
  return uncleared === 0 ? found : [...found, { kind: 'lost', what: `${uncleared} rows are left that jobs were to delete` }];
}

export function checkResources({ resources }: History): Violation[] {
  return resources.filter(({ before, after, slack }) => after > before + slack).map(({ name, before, after }) => ({ kind: 'kept', what: `${name}: ${after} at the end, ${before} before` }));
}

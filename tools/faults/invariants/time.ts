import type { History } from './history.ts';
import { roomStream } from './history.ts';
import type { Limits, Violation } from './verdict.ts';

export const slowestAnswerMs = ({ answers, faultAt }: History): number =>
  answers.filter(({ startedAt, ms }) => startedAt + ms >= faultAt).reduce((slowest, { ms }) => Math.max(slowest, ms), 0);

/** From the heal until every sender was answered and every receiver was told of what was sent after it. Infinite where that never came. */
export function recoveryMs({ operations, frames, log, healedAt, members, removal, sessionEnd }: History): number {
  const isFresh = new Set(log.filter(({ at }) => at >= healedAt).map(({ room, seq }) => `${roomStream(room)} ${seq}`));
  const senders = new Set(operations.filter(({ kind }) => kind === 'send').map(({ by }) => by));
  const answered = [...senders].map((sender) => operations.find(({ kind, by, outcome, startedAt }) => kind === 'send' && by === sender && outcome === 'ok' && startedAt >= healedAt)?.endedAt);
  const here = new Set(members.map(({ by }) => by).filter((by) => by !== removal?.by && by !== sessionEnd?.by));
  const told = [...here].map((member) => frames.find(({ by, stream, seq }) => by === member && isFresh.has(`${stream} ${seq}`))?.at);
  return [...answered, ...told].reduce<number>((latest, at) => Math.max(latest, at === undefined ? Infinity : at - healedAt), 0);
}

export function checkTimes(history: History, limits: Limits): Violation[] {
  const [slowest, recovery] = [slowestAnswerMs(history), recoveryMs(history)];
  return [
    ...(history.removal === undefined || history.sessionEnd === undefined ? [{ kind: 'late', what: 'a member could not be removed, or a session not be ended' } as const] : []),
    ...(slowest > limits.answerMs ? [{ kind: 'late', what: `an answer took ${Math.round(slowest)} ms` } as const] : []),
    ...(recovery > limits.recoverMs ? [{ kind: 'late', what: `not normal again within ${limits.recoverMs} ms: ${Math.round(recovery)} ms` } as const] : []),
  ];
}

export function checkJobs({ jobs }: History): Violation[] {
  return jobs.flatMap(({ name, done, isLeft, mayRepeat }): Violation[] => {
    if (isLeft) return [{ kind: 'lost', what: `job ${name} was never done` }];
    if (done > 1 && !mayRepeat) return [{ kind: 'doubled', what: `job ${name} was done ${done} times` }];
    return [];
  });
}

export function checkResources({ resources }: History): Violation[] {
  return resources.filter(({ before, after, slack }) => after > before + slack).map(({ name, before, after }) => ({ kind: 'kept', what: `${name}: ${after} at the end, ${before} before` }));
}

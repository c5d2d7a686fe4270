import { checkConnections, checkLeaks, checkMembers, checkResumes } from './delivery.ts';
import type { History } from './history.ts';
import { checkLog, checkOwnWrites, checkRealTimeOrder } from './log.ts';
import { checkJobs, checkResources, checkTimes, recoveryMs, slowestAnswerMs } from './time.ts';
import type { Kind, Limits, Violation } from './verdict.ts';

export interface Figures {
  readonly acked: number;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  /** Of those whose answer nobody got, so many took effect. */
  readonly unknownButCommitted: number;
  readonly leaked: number;
  readonly slowestMs: number;
  readonly recoveryMs: number;
}

export function check(history: History, limits: Limits): { figures: Figures; violations: Violation[] } {
  const violations = [
    ...checkLog(history),
    ...checkRealTimeOrder(history),
    ...checkOwnWrites(history),
    ...checkConnections(history),
    ...checkResumes(history),
    ...checkMembers(history),
    ...checkLeaks(history, limits),
    ...checkTimes(history, limits),
    ...checkJobs(history),
    ...checkResources(history),
  ];
  const count = (kind: Kind): number => violations.filter((violation) => violation.kind === kind).length;
  const committed = new Set(history.log.map(({ nonce }) => nonce));
  return {
    violations,
    figures: {
      acked: history.operations.filter(({ kind, outcome }) => kind === 'send' && outcome === 'ok').length,
      lost: count('lost'),
      doubled: count('doubled'),
      reordered: count('reordered'),
      unknownButCommitted: history.operations.filter(({ kind, outcome, nonce }) => kind === 'send' && outcome === 'info' && committed.has(nonce)).length,
      leaked: count('leaked'),
      slowestMs: slowestAnswerMs(history),
      recoveryMs: recoveryMs(history),
    },
  };
}

import { limits } from '../invariants/verdict.ts';
import type { Script } from './perform.ts';

export const full: Script = { senders: 8, receivers: 12, steadyMs: 10_000, faultMs: 6_000, afterMs: 3_000, quiesceMs: 30_000, limits };

/** For every test run: the same, smaller; times are told and not judged, since the machine may be at anything. */
export const short: Script = { senders: 3, receivers: 4, steadyMs: 1_500, faultMs: 2_000, afterMs: 1_000, quiesceMs: 60_000, limits: { ...limits, answerMs: 60_000, recoverMs: 60_000, sessionMs: 10_000, removalMs: 10_000 } };

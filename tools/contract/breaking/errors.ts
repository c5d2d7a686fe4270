import { nodeOf, show } from './change.ts';
import type { Node, Report } from './change.ts';

/** What a client does about an error hangs on these; the title is for people. */
const words = ['status', 'retryable'];

/** A code that is gone is told where `ErrorCode` lists it. */
export function compareErrors(before: Node, after: Node, report: Report): void {
  for (const code of Object.keys(before).filter((name) => name in after)) {
    const [old, now] = [nodeOf(before[code]), nodeOf(after[code])];
    for (const word of words.filter((key) => old[key] !== now[key])) report('error.changed', `error ${code} ${word}`, `was ${show(old[word])}, is ${show(now[word])}`);
  }
}

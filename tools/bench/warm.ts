/** A round that takes so much less than the last such one shows that there is still something to be won. */
const better = 0.97;
/** So many rounds that show nothing new end it; so many in all end it too. */
const patience = 5;
const most = 60;

/**
 * Repeats a round, which answers what its work took (CPU time of one send, say), until it takes no less than before: V8 compiles a send's
 * functions for some twenty thousand sends, and a server that has run for a minute is what is to be measured. Answers how many rounds that were.
 */
export async function untilWarm(round: () => Promise<number>): Promise<number> {
  let mark = Number.POSITIVE_INFINITY;
  let idle = 0;
  let rounds = 0;
  while (idle < patience && rounds < most) {
    const took = await round();
    rounds += 1;
    idle += 1;
    // Not the best so far: what gets a little better each time gets much better.
    if (took < better * mark) [mark, idle] = [took, 0];
  }
  return rounds;
}

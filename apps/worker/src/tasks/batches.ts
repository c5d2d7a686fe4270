const batch = 1_000;

/** Each batch a short transaction of its own; answers how many it was in all. */
export async function inBatches(work: (limit: number) => Promise<number>, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (let last = batch; last === batch && !signal.aborted; done += last) last = await work(batch);
  return done;
}

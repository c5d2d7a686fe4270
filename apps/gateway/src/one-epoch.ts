import type { Streams } from '@confab/stream';

/** What was read under one epoch. A failover in between would pair numbers with the wrong history, so it is read again. */
export async function inOneEpoch<T>(streams: Pick<Streams, 'epoch'>, read: (epoch: string) => Promise<T>): Promise<T> {
  for (;;) {
    const epoch = await streams.epoch();
    const answer = await read(epoch);
    if ((await streams.epoch()) === epoch) return answer;
  }
}

import type { StreamId } from '@confab/contract';
import type { Streams } from '@confab/stream';

import { inOneEpoch } from './one-epoch.ts';
import type { Truth } from './room.ts';

export interface Heads {
  /** Of one stream; who asks while a question is under way shares the next one. */
  of(stream: StreamId): Promise<Truth>;
  ofAll(streams: readonly StreamId[]): Promise<Map<StreamId, Truth>>;
}

type Answer = Map<StreamId, Truth>;

/** A thousand rooms opening at once are a few queries. An answer is never older than its question. */
export function createHeads(streams: Pick<Streams, 'epoch' | 'heads'>): Heads {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: { ids: Set<StreamId>; answer: Promise<Answer> } | undefined;

  const ofAll = (ids: readonly StreamId[]): Promise<Answer> =>
    inOneEpoch(streams, async (epoch) => new Map([...(await streams.heads(ids))].map(([stream, head]) => [stream, { epoch, head }])));

  function join(stream: StreamId): Promise<Answer> {
    if (next === undefined) {
      const ids = new Set<StreamId>();
      const answer = underWay.then(() => {
        next = undefined;
        return ofAll([...ids]);
      });
      next = { ids, answer };
      underWay = answer.catch(() => undefined);
    }
    next.ids.add(stream);
    return next.answer;
  }

  return {
    async of(stream) {
      const truth = (await join(stream)).get(stream);
      if (truth === undefined) throw new Error(`there is no ${stream}`);
      return truth;
    },
    ofAll,
  };
}

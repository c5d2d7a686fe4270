import type { StreamId } from '@confab/contract';
import type { Place } from '@confab/stream';

/** The place that an append gave out in a stream; the next one, where it was asked for several. */
export function placeIn(places: readonly Place[], stream: StreamId, next = 0): Place {
  const place = places.filter((given) => given.stream === stream)[next];
  if (place === undefined) throw new Error(`no place was given in ${stream}`);
  return place;
}

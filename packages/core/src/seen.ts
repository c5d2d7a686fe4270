import type { StreamId } from '@confab/contract';
import { currentContext } from '@confab/runtime';

/** The newest number of a stream that whoever asks was told of; 0: nobody says. */
export function seenOf(stream: StreamId): number {
  return currentContext()?.freshness?.seen?.get(stream) ?? 0;
}

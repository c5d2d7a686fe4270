import type { StreamId } from '@confab/contract';

const partitions = 128;
/** One for each partition: all that there are. */
export const tags: readonly string[] = Object.freeze(Array.from({ length: partitions }, (_, index) => `{p${String(index).padStart(2, '0')}}`));

/** The channel of a stream. The hash tag keeps it on one node of a cluster with the stream's hot log. */
export function channel(stream: StreamId): string {
  return `${tagOf(stream)}:${stream}`;
}

export function hotKey(epoch: string, stream: StreamId): string {
  return `${tagOf(stream)}:hot:${epoch}:${stream}`;
}

/** For what must lie on one node with what else belongs to the stream's room or user. */
export function tagOf(stream: StreamId): string {
  return tags[partition(stream)] ?? '';
}

/** FNV-1a: it only has to spread, and to be the same in every process and release. */
function partition(stream: StreamId): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < stream.length; index += 1) {
    hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

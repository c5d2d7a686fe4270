import type { StreamId } from '@confab/contract';

const partitions = 128;

/** The channel of a stream. The hash tag keeps it on one node of a cluster with the stream's keys. */
export function channel(stream: StreamId): string {
  return `${tag(stream)}:${stream}`;
}

export function hotKeys(epoch: string, stream: StreamId): { head: string; log: string } {
  return { head: `${tag(stream)}:head:${epoch}:${stream}`, log: `${tag(stream)}:hot:${epoch}:${stream}` };
}

function tag(stream: StreamId): string {
  return `{p${String(partition(stream)).padStart(2, '0')}}`;
}

/** FNV-1a: it only has to spread, and to be the same in every process and release. */
function partition(stream: StreamId): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < stream.length; index += 1) {
    hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

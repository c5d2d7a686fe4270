import { operationRoutes } from '@confab/contract';
import type { OperationId, StreamId } from '@confab/contract';

/** What this client has written and been told of, so that no answer is older, whichever server gives it. */
export interface Seen {
  /** For a request: `Confab-Position` and `Confab-Seen` where it reads. */
  headersFor(operation: OperationId, path: string): Record<string, string>;
  /** An answer of the server, with the body of a success. */
  answered(headers: Headers, body: unknown): void;
  saw(stream: StreamId, seq: number): void;
  /** Heads of an epoch; the numbers of another one mean nothing any more. */
  told(epoch: string, heads: Readonly<Record<string, number>>): void;
  /** Goes on from here, which may be lower. */
  restarted(epoch: string, stream: StreamId, head: number): void;
  forget(): void;
}

/** As the specification bounds the header. */
const mostStreams = 32;
/** The least recently moved are forgotten: what has not moved for long every server shows. */
const mostKept = 1_000;

export function createSeen(userId: () => string | undefined): Seen {
  const heads = new Map<StreamId, number>();
  let epoch: string | undefined;
  let position: string | undefined;

  function set(stream: StreamId, seq: number): void {
    heads.delete(stream);
    heads.set(stream, seq);
    const [oldest] = heads.keys();
    if (heads.size > mostKept && oldest !== undefined) heads.delete(oldest);
  }

  function saw(stream: StreamId, seq: number): void {
    if (seq > (heads.get(stream) ?? 0)) set(stream, seq);
  }

  function enter(next: string): void {
    if (epoch !== undefined && epoch !== next) heads.clear();
    epoch = next;
  }

  function told(of: string, streams: Readonly<Record<string, number>>): void {
    enter(of);
    for (const [stream, head] of Object.entries(streams)) saw(stream as StreamId, head);
  }

  /** Whatever bears a place in a room's stream, alone or in a page. */
  function learn(value: unknown): void {
    const { items, epoch: of, streams, id, head, roomId, ...rest } = Object(value) as Record<string, unknown>;
    if (Array.isArray(items)) items.forEach(learn);
    if (typeof of === 'string' && typeof streams === 'object' && streams !== null) told(of, streams as Record<string, number>);
    if (typeof id === 'string' && typeof head === 'number') saw(`room:${id}`, head);
    if (typeof roomId !== 'string') return;
    for (const seq of [rest['seq'], rest['updatedSeq'], rest['joinedSeq']]) if (typeof seq === 'number') saw(`room:${roomId}`, seq);
  }

  /** The room that is read; where many are, those that moved last. */
  function concerned(operation: OperationId, path: string): StreamId[] {
    if (operation === 'listRooms') return [...heads.keys()].filter((stream) => stream.startsWith('room:')).slice(1 - mostStreams);
    const roomId = /^\/rooms\/([^/?]+)/.exec(path)?.[1];
    return roomId === undefined ? [] : [`room:${roomId}`];
  }

  return {
    headersFor(operation, path) {
      if (operationRoutes[operation].method !== 'get') return {};
      const seen = [...concerned(operation, path), `user:${userId()}` as const].flatMap((stream) => {
        const head = heads.get(stream);
        return head === undefined ? [] : [`${stream}=${head}`];
      });
      return { ...(position === undefined ? {} : { 'confab-position': position }), ...(seen.length === 0 ? {} : { 'confab-seen': seen.join(',') }) };
    },
    answered(headers, body) {
      const answer = headers.get('confab-position');
      if (answer !== null && (position === undefined || isHigher(answer, position))) position = answer;
      learn(body);
    },
    saw,
    told,
    restarted(of, stream, head) {
      enter(of);
      set(stream, head);
    },
    forget() {
      heads.clear();
      epoch = undefined;
      position = undefined;
    },
  };
}

/** Positions are two numbers in hexadecimal, the first of which weighs more. */
function isHigher(one: string, other: string): boolean {
  const sortable = (text: string) => text.split('/').map((half) => half.toUpperCase().padStart(8, '0')).join('/');
  return sortable(one) > sortable(other);
}

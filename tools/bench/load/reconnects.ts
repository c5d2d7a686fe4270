import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd } from '../rig/people.ts';
import type { Feed } from './feed.ts';
import { streamsOf, type createSockets } from './sockets.ts';
import type { LightSocket } from './web-socket.ts';

export interface ReconnectsAsked {
  readonly port: number;
  readonly kind: 'gateway' | 'reference';
  readonly crowd: Crowd;
  /** Messages that each room got while nobody was there. */
  readonly missed: number;
}

export interface ReconnectsDone {
  /** Until the last one had everything. */
  readonly ms: number;
  readonly lost: number;
  readonly doubled: number;
}

/** The number of an event frame, which is the last thing in it. */
const seqOf = (buffer: Buffer, to: number): number => Number(buffer.toString('latin1', buffer.lastIndexOf('"s":', to) + 4, to - 1));

/** Everybody is away, misses messages, and comes back at the same moment with a cursor. What each is given then is counted number by number. */
export async function reconnect({ port, kind, crowd, missed }: ReconnectsAsked, { enter, enterReference }: ReturnType<typeof createSockets>, feed: Feed): Promise<ReconnectsDone> {
  const tell = kind === 'gateway' ? feed.tellGateway : feed.tellReference;
  const before = new Map<string, number>();
  const told = (roomId: string, mark: string) => tell([{ roomId, mark }]);
  for (const { id } of crowd.rooms) before.set(id, await feed.headOf(kind, id));
  for (let n = 0; n < missed; n += 1) for (const { id } of crowd.rooms) await told(id, `#${n}`);
  // What is on its way through Redis has come to where it is kept.
  await sleep(500);
  const streams = streamsOf(crowd);
  const { epoch } = feed;
  const sockets: LightSocket[] = [];
  let [lost, doubled] = [0, 0];
  const begun = performance.now();
  await Promise.all(
    crowd.rooms.flatMap(({ id, members }) =>
      members.map(async (member) => {
        const cursor = before.get(id) ?? 0;
        const seen = new Set<number>();
        const hasAll = Promise.withResolvers<void>();
        const onMessage = (buffer: Buffer, _from: number, to: number): void => {
          const seq = seqOf(buffer, to);
          if (seen.has(seq)) doubled += 1;
          seen.add(seq);
          if (seen.size === missed) hasAll.resolve();
        };
        const person = crowd.people[member] ?? { userId: '', sessionId: '' };
        const identify = { epoch, cursors: { [`user:${person.userId}`]: 0, [`room:${id}`]: cursor } };
        const patience = setTimeout(hasAll.resolve, 20_000);
        sockets.push(await (kind === 'gateway' ? enter(port, person, streams[member] ?? 1, onMessage, identify) : enterReference(port, `${id}?missed`, onMessage)));
        if (kind === 'reference') await hasAll.promise;
        clearTimeout(patience);
        // Whoever is told that he is caught up has been given everything.
        for (let seq = cursor + 1; seq <= cursor + missed; seq += 1) if (!seen.has(seq)) lost += 1;
      }),
    ),
  );
  const ms = performance.now() - begun;
  for (const socket of sockets) socket.close();
  await Promise.all(sockets.map(({ isClosed }) => isClosed));
  return { ms, lost, doubled };
}

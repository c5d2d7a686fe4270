import { randomUUID } from 'node:crypto';
import type { Crowd, Person } from '../rig/people.ts';
import { createSigner, type SigningSecrets } from '../rig/people.ts';
import { openLightSocket, type LightSocket } from './web-socket.ts';

export interface OpenAsked {
  readonly port: number;
  /** Gateway: identified and caught up. Reference: at `/rooms/<id>` of a room. */
  readonly kind: 'gateway' | 'reference';
  readonly crowd: Crowd;
  /** At the same time. */
  readonly atOnce: number;
  /** Of each person; one unless told. */
  readonly socketsEach?: number;
}

/** Sockets, by a name that whoever opened them is told, and what comes in over all of them. */
export interface Group {
  readonly sockets: LightSocket[];
  /** Called for every message.created. */
  onMessage: (buffer: Buffer, from: number, to: number, socket: number) => void;
}

type OnFrame = (buffer: Buffer, from: number, to: number) => void;

/** Frames of both begin with `{"t":"message.created"`; `{"t":"member.` is another. */
export const isMessage = (buffer: Buffer, from: number): boolean => buffer[from + 6] === 0x6d && buffer[from + 8] === 0x73;

export function createSockets(secrets: SigningSecrets) {
  const signer = createSigner(secrets);
  const groups = new Map<string, Group>();

  /** Through hello, identify, ready and a `synced` for each of its streams. */
  async function enter(port: number, person: Person, streams: number, onMessage: OnFrame, identify: object = {}): Promise<LightSocket> {
    const isCaughtUp = Promise.withResolvers<void>();
    let owed = streams;
    const socket = openLightSocket(port, '/gateway?v=1', (buffer, from, to) => {
      if (isMessage(buffer, from)) return onMessage(buffer, from, to);
      const type = buffer.toString('latin1', from + 6, from + 12);
      if (type === 'hello"') socket.send(JSON.stringify({ t: 'identify', d: { ticket: signer.ticket(person), ...identify } }));
      else if (type === 'synced' && (owed -= 1) === 0) isCaughtUp.resolve();
      else if (type === 'resync' || type === 'error"') isCaughtUp.reject(new Error(buffer.toString('utf8', from, to)));
    });
    void socket.isClosed.then(() => isCaughtUp.reject(new Error('closed before it was caught up')));
    isCaughtUp.promise.catch(() => undefined);
    await socket.isOpen;
    await isCaughtUp.promise;
    return socket;
  }

  async function enterReference(port: number, roomId: string, onMessage: OnFrame): Promise<LightSocket> {
    const socket = openLightSocket(port, `/rooms/${roomId}`, onMessage);
    await socket.isOpen;
    return socket;
  }

  /** How to open each of them, once. */
  function openings({ port, kind, crowd, socketsEach = 1 }: OpenAsked, onMessage: Group['onMessage']): (() => Promise<LightSocket>)[] {
    const handing = (index: number): OnFrame => (buffer, from, to) => onMessage(buffer, from, to, index);
    if (kind === 'reference') return crowd.rooms.flatMap(({ id, members }) => members.map((index) => () => enterReference(port, id, handing(index))));
    const streams = streamsOf(crowd);
    return Array.from({ length: socketsEach }).flatMap(() => crowd.people.map((person, index) => () => enter(port, person, streams[index] ?? 1, handing(index))));
  }

  return {
    groups,
    enter,
    enterReference,
    commands: {
      async open(asked: OpenAsked): Promise<string> {
        const group: Group = { sockets: [], onMessage: () => undefined };
        await inTurns(openings(asked, (...frame) => group.onMessage(...frame)), asked.atOnce, (socket) => group.sockets.push(socket));
        const name = randomUUID();
        groups.set(name, group);
        return name;
      },
      async close({ name }: { name: string }): Promise<void> {
        const sockets = groups.get(name)?.sockets ?? [];
        groups.delete(name);
        for (const socket of sockets) socket.close();
        await Promise.all(sockets.map(({ isClosed }) => isClosed));
      },
      /** In and out again, for so long; answers how often. */
      async connects({ ms, ...asked }: OpenAsked & { ms: number }): Promise<{ connects: number; perSecond: number }> {
        const ways = openings(asked, () => undefined);
        const begun = performance.now();
        let [connects, next] = [0, 0];
        const worker = async (): Promise<void> => {
          while (performance.now() - begun < ms) {
            const socket = await (ways[next++ % ways.length] as (typeof ways)[number])();
            connects += 1;
            socket.close();
            await socket.isClosed;
          }
        };
        await Promise.all(Array.from({ length: asked.atOnce }, worker));
        return { connects, perSecond: connects / ((performance.now() - begun) / 1000) };
      },
    },
  };
}

/** His own and his rooms', of each person. */
export function streamsOf({ people, rooms }: Crowd): number[] {
  const counts = people.map(() => 1);
  for (const { members } of rooms) for (const member of members) counts[member] = (counts[member] ?? 1) + 1;
  return counts;
}

/** So many at a time. */
export async function inTurns<T>(works: readonly (() => Promise<T>)[], atOnce: number, done: (result: T) => void): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let work = works[next++]; work !== undefined; work = works[next++]) done(await work());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

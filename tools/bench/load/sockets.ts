import { randomUUID } from 'node:crypto';
import type { Crowd, Person } from '../rig/people.ts';
import { createSigner } from '../rig/people.ts';
import type { Servers } from './load.ts';
import { openLightSocket, type LightSocket } from './web-socket.ts';

export interface OpenAsked {
  readonly port: number;
  /** Gateway: one socket a person, identified and caught up. Otherwise one for each room's member, at `/rooms/<id>`. */
  readonly kind: 'gateway' | 'reference';
  readonly crowd: Crowd;
  /** At the same time. */
  readonly atOnce: number;
}

/** Sockets by a name that whoever opened them is told, and what came in over all of them. */
export interface Group {
  readonly sockets: LightSocket[];
  /** Called for every message.created. */
  onMessage: (buffer: Buffer, from: number, to: number, socket: number) => void;
}

const isMessage = (buffer: Buffer, from: number): boolean => buffer[from + 6] === 0x6d && buffer[from + 8] === 0x73;

export function createSockets({ jwk }: Servers) {
  const signer = createSigner(jwk);
  const groups = new Map<string, Group>();

  /** Through hello, identify, ready and a `synced` for each of its streams. */
  async function enter(port: number, person: Person, streams: number, onFrame: (buffer: Buffer, from: number, to: number) => void, identify: object = {}): Promise<LightSocket> {
    const isCaughtUp = Promise.withResolvers<void>();
    let owed = streams;
    const socket = openLightSocket(port, '/gateway?v=1', (buffer, from, to) => {
      if (isMessage(buffer, from)) return onFrame(buffer, from, to);
      const type = buffer.latin1Slice(from + 6, from + 12);
      if (type === 'hello"') socket.send(JSON.stringify({ t: 'identify', d: { ticket: signer.ticket(person), ...identify } }));
      else if (type === 'synced' && (owed -= 1) === 0) isCaughtUp.resolve();
      else if (type === 'resync') isCaughtUp.reject(new Error('resync'));
    });
    void socket.isClosed.then(() => isCaughtUp.reject(new Error('closed before it was caught up')));
    await socket.isOpen;
    await isCaughtUp.promise;
    return socket;
  }

  async function open({ port, kind, crowd, atOnce }: OpenAsked): Promise<string> {
    const group: Group = { sockets: [], onMessage: () => undefined };
    const streams = new Map<number, number>();
    for (const { members } of crowd.rooms) for (const member of members) streams.set(member, (streams.get(member) ?? 1) + 1);
    const works =
      kind === 'gateway'
        ? crowd.people.map((person, index) => () => enter(port, person, streams.get(index) ?? 1, (buffer, from, to) => group.onMessage(buffer, from, to, index)))
        : crowd.rooms.flatMap(({ id, members }) =>
            members.map((index) => async () => {
              const socket = openLightSocket(port, `/rooms/${id}`, (buffer, from, to) => group.onMessage(buffer, from, to, index));
              await socket.isOpen;
              return socket;
            }),
          );
    await inTurns(works, atOnce, (socket) => group.sockets.push(socket));
    const name = randomUUID();
    groups.set(name, group);
    return name;
  }

  return {
    groups,
    enter,
    commands: {
      open,
      close({ name }: { name: string }): void {
        for (const socket of groups.get(name)?.sockets ?? []) socket.close();
        groups.delete(name);
      },
    },
  };
}

/** So many at a time. */
export async function inTurns<T>(works: readonly (() => Promise<T>)[], atOnce: number, done: (result: T) => void): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let work = works[next++]; work !== undefined; work = works[next++]) done(await work());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConfab } from '@confab/sdk';
import type { Confab } from '@confab/sdk';
import { registerPatiently } from '@confab/testing';
import type { Membership } from '../invariants/history.ts';
import type { Recorder, Sockets } from './recorder.ts';
import type { Stage } from './stage.ts';

export interface Player {
  readonly name: string;
  readonly userId: string;
  readonly confab: Confab;
  readonly sockets: Sockets;
}

/** Who takes part in one run, and where. */
export interface Cast {
  readonly senders: readonly Player[];
  readonly receivers: readonly Player[];
  /** The first two public, the others private; everybody is in each. */
  readonly rooms: readonly string[];
  readonly memberships: readonly Membership[];
  /** A receiver who will be put out of the last room. */
  readonly removed: Player;
  /** A receiver whose session will end, and his other client, which will end it. */
  readonly signedOut: Player;
  readonly otherDevice: Confab;
  /** As any program with this token would, which no SDK keeps from asking. Rejects unless it is answered. */
  readWith(accessToken: string, room: string): Promise<{ id: string; seq: number }[]>;
  close(): void;
}

export interface Size {
  readonly senders: number;
  readonly receivers: number;
}

export async function gather(stage: Stage, recorder: Recorder, size: Size): Promise<Cast> {
  const clients: Confab[] = [];
  try {
    return await assemble(stage, recorder, size, clients);
  } catch (error) {
    for (const client of clients) client.close();
    throw error;
  }
}

async function assemble(stage: Stage, recorder: Recorder, size: Size, clients: Confab[]): Promise<Cast> {
  const address = () => `10.${[...randomBytes(3)].join('.')}`;
  const client = (sockets: Sockets, gateway: number): Confab => {
    const confab = createConfab({
      baseUrl: stage.url,
      fetch: stage.routes.fetchFor(address(), recorder),
      webSocket: sockets.open,
      // The first try alternates; after that the SDK's own order of those that failed lately counts.
      chooseGateway: chooser(gateway),
    });
    clients.push(confab);
    return confab;
  };
  const enter = async (name: string, index: number) => {
    const sockets = recorder.sockets(name);
    const confab = client(sockets, index);
    const credentials = { username: `${name}-${randomBytes(5).toString('hex')}`, password: randomBytes(12).toString('hex') };
    const { id } = await registerPatiently(confab, { ...credentials, email: `${credentials.username}@example.org` });
    return { player: { name, userId: id, confab, sockets }, credentials };
  };
  const crew = async (letter: string, count: number) => Promise.all(Array.from({ length: count }, (_, index) => enter(`${letter}${index + 1}`, index)));
  const senders = (await crew('s', size.senders)).map(({ player }) => player);
  const entered = await crew('r', size.receivers);
  const receivers = entered.map(({ player }) => player);
  const owner = senders[0] as Player;
  const others = [...senders.slice(1), ...receivers];

  const rooms = await Promise.all(
    ['public', 'public', 'private', 'private'].map(async (kind, index) => {
      const { id } = await owner.confab.rest.createRoom({ name: `Room ${index}`, kind: kind as 'public' | 'private' });
      for (const { confab, userId } of others) await (kind === 'public' ? confab.rest.joinRoom(id) : owner.confab.rest.addMember(id, { userId }));
      return id;
    }),
  );
  const signedOut = entered.at(-2) as (typeof entered)[number];
  const otherDevice = client(recorder.sockets('other device'), 0);
  await otherDevice.auth.signIn({ username: signedOut.credentials.username, password: signedOut.credentials.password });
  for (const { name, confab } of receivers) confab.realtime.on('event', (event) => recorder.told(name, event));
  await Promise.all(receivers.map(({ confab }) => confab.realtime.connect()));
  const memberships = receivers.flatMap(({ name, confab }) => rooms.map((room) => ({ by: name, room, from: confab.realtime.cursors[`room:${room}`] ?? 0 })));
  return {
    senders,
    receivers,
    rooms,
    memberships,
    removed: receivers.at(-1) as Player,
    signedOut: signedOut.player,
    otherDevice,
    async readWith(accessToken, room) {
      const answer = await stage.routes.fetchFor(address(), recorder)(`${stage.url}/api/v1/rooms/${room}/messages?limit=5`, { headers: { authorization: `Bearer ${accessToken}` } });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      return ((await answer.json()) as { items: { id: string; seq: number }[] }).items.map(({ id, seq }) => ({ id, seq }));
    },
    close() {
      for (const confab of clients) confab.close();
      for (const { sockets } of [...senders, ...receivers]) sockets.cut();
    },
  };
}

function chooser(index: number): (urls: readonly string[]) => string {
  let isFirst = true;
  return (urls) => {
    const preferred = urls.toSorted()[index % Math.max(1, urls.length)];
    const [first] = urls;
    if (first === undefined || preferred === undefined) throw new Error('the ticket names no gateway');
    const chosen = isFirst ? preferred : first;
    isFirst = false;
    return chosen;
  };
}

/** For what the SDK does not repeat by itself: until it is done, or was done before. False: it never was. */
export async function insist(work: () => Promise<unknown>, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Error && 'status' in error && error.status === 404) return true;
      if (Date.now() > until) return false;
      await sleep(250);
    }
  }
}

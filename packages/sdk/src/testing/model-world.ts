import type { ServerFrame, StreamId } from '@confab/contract';
import { createMachine } from '../realtime/machine.ts';
import type { Effect, Input, LinkId, TimerName } from '../realtime/protocol.ts';
import { createModelGateway, mine } from './model-gateway.ts';

export type ModelWorld = ReturnType<typeof createModelWorld>;

/** The machine, the model of a gateway, and an application that believes only what it is told. */
export function createModelWorld() {
  const gateway = createModelGateway();
  const machine = createMachine({ random: () => 0.5, chooseGateway: ([first]) => first ?? '' });
  const tickets: LinkId[] = [];
  const opening: LinkId[] = [];
  const timers = new Set<TimerName>();
  const unsettled: (() => void)[] = [];
  /** Where the application is in each stream, from what it was told alone. */
  const positions = new Map<StreamId, number>();
  const delivered = new Set<string>();
  const violations: string[] = [];
  let known = false;

  function put(input: Input): void {
    for (const effect of machine.step(input)) perform(effect);
  }

  function perform(effect: Effect): void {
    if (effect.do === 'ticket') tickets.push(effect.link);
    if (effect.do === 'open') opening.push(effect.link);
    if (effect.do === 'send') gateway.hear(effect.link, effect.frame);
    if (effect.do === 'shut') shut(effect.link);
    if (effect.do === 'timer') timers.add(effect.name);
    if (effect.do === 'clear') timers.delete(effect.name);
    if (effect.do === 'reauthenticate') unsettled.push(() => put({ type: 'reauthenticated' }));
    if (effect.do === 'announce') {
      positions.set(effect.resync.stream, effect.resync.head);
      if (effect.resync.stream === mine) learnRooms();
      unsettled.push(() => put({ type: 'settled' }));
    }
    if (effect.do === 'signal' && effect.name === 'ready') {
      if (!known) for (const [stream, head] of Object.entries(effect.value.streams)) positions.set(stream as StreamId, head);
      known = true;
      for (const stream of effect.value.refused) positions.delete(stream);
    }
    if (effect.do === 'deliver') {
      const { stream, seq, type, data } = effect.event;
      const expected = (positions.get(stream) ?? Number.NaN) + 1;
      if (seq !== expected) violations.push(`${stream}: got ${seq} (${type}), expected ${expected}`);
      positions.set(stream, seq);
      if (stream === mine && type === 'member.added') {
        const { roomId, joinedSeq } = data;
        positions.set(`room:${roomId}`, Math.max(joinedSeq, positions.get(`room:${roomId}`) ?? 0));
      }
      if (stream === mine && type === 'member.removed') positions.delete(`room:${data.roomId}`);
    }
  }

  /** Refetching my own stream shows which rooms are mine: of one that is new to it, the application goes on from where the machine is. */
  function learnRooms(): void {
    const cursors = machine.ledger.cursors();
    for (const stream of gateway.myStreams()) if (!positions.has(stream) && cursors[stream] !== undefined) positions.set(stream, cursors[stream]);
  }

  function shut(link: LinkId): void {
    gateway.links.delete(link);
    for (const queue of [tickets, opening]) if (queue.includes(link)) queue.splice(queue.indexOf(link), 1);
  }

  /** What the frame carries beside its number is unique: the same thing must never come twice. */
  function receive(link: LinkId, frame: ServerFrame): void {
    const before = machine.counts.applied;
    // The application is not told of these; they have their place in the order all the same.
    if (frame.t === 'skipped' && positions.get(frame.r as StreamId) === frame.s - 1) positions.set(frame.r as StreamId, frame.s);
    put({ type: 'frame', link, frame });
    if (machine.counts.applied === before || !('tp' in frame) || frame.tp === undefined) return;
    if (delivered.has(frame.tp)) violations.push(`${frame.tp} was applied twice`);
    delivered.add(frame.tp);
  }

  const nth = <T>(items: Iterable<T>, n: number): T | undefined => {
    const list = [...items];
    return list[n % Math.max(1, list.length)];
  };

  return {
    gateway,
    machine,
    timers,
    positions,
    violations,
    put,
    /** A ticket comes, or a socket opens, or the application has refetched. Answers whether there was anything to do. */
    advance(n: number): boolean {
      const work = [
        ...tickets.map((link) => () => {
          tickets.splice(tickets.indexOf(link), 1);
          put({ type: 'ticket', link, ticket: `ticket-${link}`, urls: ['ws://one/gateway', 'ws://two/gateway'] });
        }),
        ...opening.map((link) => () => {
          opening.splice(opening.indexOf(link), 1);
          gateway.open(link);
        }),
        ...unsettled.map((settle) => () => {
          unsettled.splice(unsettled.indexOf(settle), 1);
          settle();
        }),
      ];
      nth(work, n)?.();
      return work.length > 0;
    },
    /** The next frame of a connection arrives, unless something happens to it. */
    arrive(n: number, fault: 'none' | 'drop' | 'duplicate' | 'swap' = 'none'): boolean {
      const busy = [...gateway.links].filter(([, link]) => link.out.length > 0);
      const chosen = nth(busy, n);
      if (!chosen) return false;
      const [id, { out }] = chosen;
      const frame = out.shift() as ServerFrame;
      if (fault === 'swap') out.splice(Math.min(2, out.length), 0, frame);
      if (fault === 'duplicate') out.splice(Math.min(n % 4, out.length), 0, structuredClone(frame));
      if (fault === 'none' || fault === 'duplicate') receive(id, frame);
      return true;
    },
    cut(n: number, code = 1006): void {
      const link = nth(gateway.links.keys(), n);
      if (link === undefined) return;
      gateway.links.delete(link);
      put({ type: 'closed', link, code, reason: '' });
    },
    /** A restored database takes every connection with it. */
    restore(sameEpoch: boolean): void {
      const links = [...gateway.links.keys()];
      gateway.restore(sameEpoch);
      for (const link of links) put({ type: 'closed', link, code: 1006, reason: '' });
    },
    fire(n: number, only: (name: TimerName) => boolean = () => true): boolean {
      const name = nth([...timers].filter(only), n);
      if (name === undefined) return false;
      timers.delete(name);
      put({ type: 'timer', name });
      return true;
    },
    failTicket(n: number): void {
      const link = nth(tickets, n);
      if (link !== undefined) put({ type: 'ticket-failed', link, failure: { kind: n % 2 ? 'passing' : 'unauthorized', reason: 'no ticket' } });
    },
    /** No more faults: everything that can happen without one happens. */
    rest(): void {
      const passing = (name: TimerName) => name === 'retry' || name === 'handover';
      for (let n = 0; n < 20_000; n += 1) if (!this.advance(0) && !this.arrive(0) && !this.fire(0, passing)) return;
      violations.push('never comes to rest');
    },
  };
}

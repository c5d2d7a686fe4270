import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf, type Latency } from '../figures.ts';
import type { Crowd } from '../rig/people.ts';
import type { Feed } from './feed.ts';
import type { Group } from './sockets.ts';

export interface FanoutAsked {
  readonly group: string;
  readonly kind: 'gateway' | 'reference';
  readonly crowd: Crowd;
  readonly ms: number;
  /** Messages, over all rooms, in their turn. */
  readonly perSecond: number;
}

export interface FanoutDone {
  readonly told: number;
  /** Until all had come in; of the reference above its limit, as many as came within the patience. */
  readonly delivered: number;
  readonly expected: number;
  /** Sockets that did not stay. */
  readonly closed: number;
  /** A second, from the first that was told to the last that came in. */
  readonly perSecond: number;
  readonly latency: Latency;
}

const marker = Buffer.from('"content":"#');
const markLength = 8;
/** The times of one socket of so many are taken. */
const sampled = 8;
/** Whoever has delivered nothing for so long will not. A gateway looks every five seconds for what Redis has lost. */
const patienceMs = { gateway: 15_000, reference: 2_000 };

export async function fanOut({ kind, crowd, ms, perSecond }: FanoutAsked, group: Group, feed: Feed): Promise<FanoutDone> {
  const intendedAt: number[] = [];
  const latencies: number[] = [];
  let delivered = 0;
  let sizeOfAll = 0;
  group.onMessage = (buffer, from, to, socket) => {
    delivered += 1;
    if (socket % sampled !== 0) return;
    const at = buffer.indexOf(marker, from) + marker.length;
    if (at < from || at + markLength > to) return;
    latencies.push(performance.now() - (intendedAt[Number(buffer.toString('latin1', at, at + markLength))] ?? 0));
  };
  const tell = kind === 'gateway' ? feed.tellGateway : feed.tellReference;
  const begun = performance.now();
  const until = begun + ms;
  // One statement at a time: what is due meanwhile goes with the next.
  while (performance.now() < until) {
    const now = performance.now();
    const due = [];
    for (let at = begun + (intendedAt.length * 1000) / perSecond; at <= now; at = begun + (intendedAt.length * 1000) / perSecond) {
      const room = crowd.rooms[intendedAt.length % crowd.rooms.length];
      due.push({ roomId: room?.id ?? '', mark: `#${String(intendedAt.length).padStart(markLength, '0')}` });
      sizeOfAll += room?.members.length ?? 0;
      intendedAt.push(at);
    }
    if (due.length > 0) await tell(due);
    await sleep(1);
  }
  let [last, lastAt] = [delivered, performance.now()];
  while (delivered < sizeOfAll && performance.now() - lastAt < patienceMs[kind]) {
    await sleep(5);
    if (delivered > last) [last, lastAt] = [delivered, performance.now()];
  }
  group.onMessage = () => undefined;
  return { told: intendedAt.length, closed: group.sockets.filter((socket) => socket.hasEnded()).length, delivered, expected: sizeOfAll, perSecond: (delivered * 1000) / (lastAt - begun), latency: latencyOf(latencies) };
}

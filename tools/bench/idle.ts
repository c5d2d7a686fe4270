import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from './report.ts';
import { makeCrowd, type Crowd } from './rig/people.ts';
import type { App, Rig } from './rig/rig.ts';

const socketsEach = 10;
const few = 100;
const many = 500;
const roomsEach = 3;
/** V8 begins to give back what the handshakes took after 8 s without many of them. */
const settleMs = 20_000;

/** What a connection takes that says nothing: from 1,000 to 5,000 of them, so that what a process needs anyway is left out. */
export async function benchIdle(rig: Rig): Promise<Figure[]> {
  const [gateway, reference] = [await rig.gateway(), await rig.reference('broadcast')];
  const crowdOf = (people: number, rooms: number) => makeCrowd(rig.databaseUrl, { people, rooms, roomsOf: (person) => Array.from({ length: roomsEach }, (_, n) => (person + n) % rooms) });
  // The reference knows a room a socket.
  const single = (crowd: Crowd): Crowd => ({ people: crowd.people, rooms: [{ id: crowd.rooms[0]?.id ?? '', members: crowd.people.flatMap((_, person) => Array.from({ length: socketsEach }, () => person)) }] });
  const [first, rest] = [await crowdOf(few, 20), await crowdOf(many - few, 20)];
  const grown = async (app: App, kind: 'gateway' | 'reference'): Promise<number> => {
    const open = (crowd: Crowd) => rig.load.run('open', { port: app.port, kind, crowd: kind === 'gateway' ? crowd : single(crowd), atOnce: 32, socketsEach });
    const groups = [await open(first)];
    await sleep(settleMs);
    const before = rssKiB(app.pid);
    groups.push(await open(rest));
    await sleep(settleMs);
    const after = rssKiB(app.pid);
    for (const name of groups) await rig.load.run('close', { name });
    return (after - before) / ((many - few) * socketsEach);
  };
  const [plain, ours] = [await grown(reference, 'reference'), await grown(gateway, 'gateway')];
  for (const app of [gateway, reference]) await app.stop();
  return [{ bench: 'idle', figure: `RSS a connection, ${roomsEach} rooms each, 5,000 of them`, unit: 'KiB', ours, reference: plain, referenceName: 'ws', ratio: ours / plain, aim: { of: 'ours', atMost: 12 } }];
}

function rssKiB(pid: number): number {
  return Number(/^Rss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

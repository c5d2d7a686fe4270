import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Crowd, Person } from '../rig/people.ts';
import { createSigner } from '../rig/people.ts';
import { latencyOf, type Latency } from '../figures.ts';
import type { Servers } from './load.ts';
import { openHttpLine, type HttpLine } from './http-client.ts';

export interface SendsAsked {
  readonly port: number;
  readonly crowd: Crowd;
  readonly ms: number;
  /** So many a second, whatever becomes of those before; absent: as many as are answered. */
  readonly perSecond?: number;
  readonly lines: number;
}

export interface SendsDone {
  readonly acknowledged: readonly string[];
  readonly refused: Readonly<Record<string, number>>;
  readonly perSecond: number;
  /** From the moment when it was to be sent, so that whoever falls behind is seen to. */
  readonly latency: Latency;
}

/** About what people write: every third has something for the renderer to do. */
const contents = ['The train at a quarter past nine is late again, so start without me please.', 'Is anybody still in the office?', 'I have put the numbers into `report.csv`, have a look at the **last two columns**.'];

export function createSends({ databaseUrl, ...secrets }: Servers) {
  const signer = createSigner(secrets);
  const heads = new Map<string, string>();

  function headOf(person: Person, roomId: string, n: number): string {
    const key = `${person.userId} ${roomId}`;
    const known = heads.get(key);
    if (known !== undefined) return known;
    const made = `POST /api/v1/rooms/${roomId}/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${signer.accessToken(person)}\r\nContent-Type: application/json\r\nX-Forwarded-For: 10.7.${n >> 8}.${n & 255}\r\n`;
    heads.set(key, made);
    return made;
  }

  return {
    async sends({ port, crowd, ms, perSecond, lines: count }: SendsAsked): Promise<SendsDone> {
      const lines = await Promise.all(Array.from({ length: count }, () => openHttpLine(port)));
      const acknowledged: string[] = [];
      const refused: Record<string, number> = {};
      const durations: number[] = [];
      const begun = performance.now();
      const until = begun + ms;
      let next = 0;
      const one = async (line: HttpLine, intendedAt: number): Promise<void> => {
        const n = (next += 1);
        const room = crowd.rooms[n % crowd.rooms.length];
        const person = room?.members[Math.floor(n / crowd.rooms.length) % room.members.length] ?? 0;
        const nonce = randomBytes(12).toString('base64url');
        const { status } = await line.ask(headOf(crowd.people[person] as Person, room?.id ?? '', person), `{"content":"${contents[n % contents.length] ?? ''}","nonce":"${nonce}"}`);
        if (status === 201) {
          acknowledged.push(nonce);
          durations.push(performance.now() - intendedAt);
        } else refused[status] = (refused[status] ?? 0) + 1;
      };
      const closedLoop = async (line: HttpLine): Promise<void> => {
        for (let at = performance.now(); at < until; at = performance.now()) await one(line, at);
      };
      await (perSecond === undefined ? Promise.all(lines.map(closedLoop)) : openLoop(lines, { begun, until, perSecond, one }));
      const seconds = (performance.now() - begun) / 1000;
      for (const line of lines) line.close();
      return { acknowledged, refused, perSecond: acknowledged.length / seconds, latency: latencyOf(durations) };
    },

    /** One statement a message, each of which takes the next number under the room's lock: what PostgreSQL alone gives. */
    async bareInserts({ rooms, ms, lines }: { rooms: number; ms: number; lines: number }): Promise<{ perSecond: number; done: number }> {
      const pool = new pg.Pool({ connectionString: databaseUrl, max: lines });
      try {
        await pool.query('CREATE TABLE IF NOT EXISTS bare_room (id int PRIMARY KEY, head bigint NOT NULL) WITH (fillfactor = 50)');
        await pool.query('CREATE TABLE IF NOT EXISTS bare_message (room_id int, seq bigint, nonce text, content text, PRIMARY KEY (room_id, seq))');
        await pool.query('TRUNCATE bare_room, bare_message');
        await pool.query('INSERT INTO bare_room SELECT n, 0 FROM generate_series(0, $1::int - 1) AS n', [rooms]);
        const begun = performance.now();
        let done = 0;
        await Promise.all(Array.from({ length: lines }, async () => {
          while (performance.now() - begun < ms) {
            await pool.query({ name: 'bare', text: 'WITH place AS (UPDATE bare_room SET head = head + 1 WHERE id = $1 RETURNING head) INSERT INTO bare_message SELECT $1, head, $2, $3 FROM place', values: [done % rooms, randomBytes(12).toString('base64url'), contents[0]] });
            done += 1;
          }
        }));
        return { perSecond: done / ((performance.now() - begun) / 1000), done };
      } finally {
        await pool.end();
      }
    },
  };
}

/** What is due while every line is taken waits, and its wait counts. */
async function openLoop(lines: readonly HttpLine[], { begun, until, perSecond, one }: { begun: number; until: number; perSecond: number; one: (line: HttpLine, intendedAt: number) => Promise<void> }): Promise<void> {
  const free = [...lines];
  const due: number[] = [];
  const underWay = new Set<Promise<void>>();
  const dispatch = (): void => {
    while (due.length > 0) {
      const line = free.pop();
      if (line === undefined) return;
      const work = one(line, due.shift() ?? 0).finally(() => {
        underWay.delete(work);
        free.push(line);
        dispatch();
      });
      underWay.add(work);
    }
  };
  let planned = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = Math.min(performance.now(), until);
      for (let at = begun + (planned * 1000) / perSecond; at < now; at = begun + (planned * 1000) / perSecond) {
        due.push(at);
        planned += 1;
      }
      dispatch();
      if (now < until) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  while (underWay.size > 0 || due.length > 0) await Promise.race(underWay);
}

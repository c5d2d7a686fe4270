import { randomUUID } from 'node:crypto';
import type { SocketProbe, TestStack, TestUser } from '@confab/testing';
import { Client } from 'pg';

/** Ten thousand users and rooms, and these users members of some of the rooms: answers those rooms. */
export async function insertCrowd(databaseUrl: string, userIds: readonly string[], rooms: number): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`
      insert into users (id, username, display_name, created_at, updated_at)
        select uuidv7(), 'crowd-' || n, 'Crowd ' || n, now(), now() from generate_series(1, 10000) as n;
      insert into rooms (id, kind, name, member_count, updated_seq, created_at, updated_at)
        select uuidv7(), 'public', 'crowd ' || n, 1, 1, now(), now() from generate_series(1, 10000) as n;
      insert into stream (id, head) select 'room:' || id, 1 from rooms where name like 'crowd %' union all select 'user:' || id, 0 from users where username like 'crowd-%'`);
    const { rows } = await client.query<{ room_id: string }>(`
      with chosen as (select id from rooms where name like 'crowd %' limit $2), added as (
        insert into memberships (room_id, user_id, role, joined_seq, joined_at, read_seq)
        select chosen.id, member, 'member', 1, now(), 1 from chosen, unnest($1::uuid[]) as member returning room_id)
      select distinct room_id from added`, [userIds, rooms]);
    await client.query("select graphile_worker.add_job('task-' || n) from generate_series(1, 300) as n");
    return rows.map(({ room_id }) => room_id);
  } finally {
    await client.end();
  }
}

/** Whatever a label could be made of by mistake comes here in as many values as there are turns. */
export async function everyKindOfTraffic(stack: TestStack, { confab }: TestUser, rooms: readonly string[]): Promise<void> {
  const ask = async (method: string, path: string, init: RequestInit = {}) => void (await (await fetch(`${stack.baseUrl}${path}`, { method, ...init })).arrayBuffer());
  const token = { authorization: `Bearer ${confab.auth.session?.accessToken ?? ''}` };
  const json = { ...token, 'content-type': 'application/json' };
  for (const [turn, roomId] of rooms.entries()) {
    const odd = randomUUID();
    const socket = await identified(stack, confab.rest, turn % 2 === 0 ? { [`room:${roomId}`]: 1, [`room:${odd}`]: 7 } : {});
    socket.send({ t: 'typing', d: { roomId } });
    socket.send({ t: odd, d: {}, ref: odd });
    await confab.rest.createMessage(roomId, { content: `turn ${turn}`, nonce: odd });
    await socket.next('message.created', ({ r }) => r === `room:${roomId}`, 20_000);
    await Promise.all([
      confab.rest.listMessages(roomId, { limit: 1 + (turn % 50) }),
      confab.rest.getRoom(roomId),
      ask('GET', `/api/v1/rooms/${odd}`, { headers: token }),
      ask('GET', `/api/v1/${odd}?${odd}`),
      ask('GET', `/${odd}/${turn}`),
      ask('DELETE', `/api/v1/rooms?${turn}`, { headers: token }),
      ask('PROPFIND', `/api/v1/users/${odd}`),
      ask('POST', `/api/v1/rooms/${roomId}/messages`, { headers: json, body: JSON.stringify({ [odd]: turn }) }),
      ask('GET', '/api/v1/users/me', { headers: { authorization: `Bearer ${odd}`, 'x-request-id': odd, 'user-agent': odd } }),
    ]);
    // What was read a moment ago comes from the cache.
    await confab.rest.getRoom(roomId);
    // Close codes of an application's own.
    socket.close(3_000 + turn);
  }
}

async function identified(stack: TestStack, rest: TestUser['confab']['rest'], cursors: Record<string, number>): Promise<SocketProbe> {
  const [probe, { ticket }] = await Promise.all([stack.probe(), rest.createGatewayTicket()]);
  await probe.next('hello', undefined, 20_000);
  probe.send({ t: 'identify', d: { ticket, cursors } });
  await probe.next('ready', undefined, 20_000);
  await probe.next('synced', ({ r }) => r?.startsWith('room:') === true, 20_000);
  return probe;
}

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { database } from '../faults/own-servers.ts';
import type { OwnServers } from '../faults/own-servers.ts';
import { enter } from '../faults/traffic.ts';
import type { Member } from '../faults/traffic.ts';

export interface Filled {
  readonly members: readonly Member[];
  /** Everybody is in it; its newest page and an older one are what is read. */
  readonly roomId: string;
  readonly olderThan: string;
}

const memberCount = 30;
const messagesEach = 2_000;
const roomCount = 25;

/** Members who are in `roomCount` rooms each, with `messagesEach` messages. */
export async function fill(servers: OwnServers): Promise<Filled> {
  const api = await servers.startApp('api', {});
  const url = `http://127.0.0.1:${api.port}`;
  const owner = await enter(url);
  const rooms: string[] = [];
  for (let n = 0; n < roomCount; n += 1) rooms.push((await owner.confab.rest.createRoom({ name: `Room ${n}`, kind: 'public' })).id);
  const others: Member[] = [];
  while (others.length < memberCount - 1) others.push(await enter(url));
  for (const { confab } of [owner, ...others]) confab.close();
  await api.stop();
  const [roomId = ''] = rooms;
  const client = new Client({ connectionString: servers.primary.databaseUrl(database) });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO memberships (room_id, user_id, role, joined_seq, joined_at, read_seq)
        SELECT room.id, users.id, 'member', 1, now(), 0 FROM unnest($1::uuid[]) AS room(id), users ON CONFLICT DO NOTHING`,
      [rooms],
    );
    await client.query('UPDATE rooms SET member_count = (SELECT count(*) FROM memberships WHERE room_id = rooms.id)');
    await client.query(
      `INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at)
        SELECT gen_random_uuid(), room.id, 1000 + n, 1000 + n, $2, $3, '<p>' || $3 || '</p>', 'nonce ' || n, '\\x00', now()
        FROM generate_series(1, ${messagesEach}) AS n, unnest($1::uuid[]) AS room(id)`,
      [rooms, owner.confab.auth.session?.user.id, `${randomBytes(30).toString('hex')} of what people say to each other`],
    );
    await client.query(`UPDATE stream SET head = ${1000 + messagesEach} WHERE id LIKE 'room:%'`);
    // They have read nearly all of it.
    await client.query(`UPDATE memberships SET read_seq = ${1000 + messagesEach - 20}`);
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ id: string }>('SELECT id FROM messages WHERE room_id = $1 AND seq = $2', [roomId, 1000 + messagesEach / 2]);
    return { members: [owner, ...others], roomId, olderThan: rows[0]?.id ?? '' };
  } finally {
    await client.end();
  }
}

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { createClient } from 'redis';
import { database, startOwnServers } from '../faults/own-servers.ts';
import { enter } from '../faults/traffic.ts';
import { printTable, round } from './measure.ts';

const copies = 200_000;
/** What people write is about this long. */
const contentLength = 80;

/** What a message takes: one is sent through the API, and its rows are made again, many times over, with numbers and ids of their own. */
export async function benchSize(): Promise<void> {
  const servers = await startOwnServers({ replicas: 0 });
  const client = new Client({ connectionString: servers.primary.databaseUrl(database) });
  const redis = createClient({ url: servers.redis.url });
  redis.on('error', () => undefined);
  try {
    const api = await servers.startApp('api', {});
    const { confab } = await enter(`http://127.0.0.1:${api.port}`);
    const room = await confab.rest.createRoom({ name: 'Size', kind: 'public' });
    const { id } = await confab.rest.createMessage(room.id, { content: randomBytes(contentLength / 2).toString('hex'), nonce: randomBytes(9).toString('base64url') });
    await client.connect();
    await redis.connect();
    const hotKey = `*:hot:*:room:${room.id}`;
    while ((await redis.keys(hotKey)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const perHotEntry = round((await redis.memoryUsage((await redis.keys(hotKey))[0] ?? '', { SAMPLES: 0 })) ?? 0);
    for (let n = 0; n < 300; n += 1) await confab.rest.createMessage(room.id, { content: randomBytes(contentLength / 2).toString('hex'), nonce: randomBytes(9).toString('base64url') });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const fullHotLog = (await redis.memoryUsage((await redis.keys(hotKey))[0] ?? '', { SAMPLES: 0 })) ?? 0;
    confab.close();
    await api.stop();

    await client.query('CHECKPOINT');
    const before = await sizes(client);
    await client.query(
      `INSERT INTO messages (id, room_id, seq, updated_seq, type, author_id, content, html, nonce, request_hash, created_at)
        SELECT uuidv7(), room_id, 10000 + n, 10000 + n, type, author_id, content, html, left(md5(n::text), 12), request_hash, created_at FROM messages, generate_series(1, ${copies}) AS n WHERE id = $1`,
      [id],
    );
    await client.query(
      `INSERT INTO stream_event (stream_id, seq, at, type, subject_id, author_id, control, payload)
        SELECT stream_id, 10000 + n, at, type, uuidv7(), author_id, control, payload FROM stream_event, generate_series(1, ${copies}) AS n WHERE subject_id = $1`,
      [id],
    );
    const after = await sizes(client);
    const rows = after.map(({ what, bytes }, index) => ({ what, 'bytes a message': round((bytes - (before[index]?.bytes ?? 0)) / copies) }));
    printTable([...rows, { what: 'Redis, a hot log of one event', 'bytes a message': perHotEntry }, { what: 'Redis, a full hot log (256 events), each', 'bytes a message': round(fullHotLog / 256) }]);
    console.log(JSON.stringify({ bench: 'size', copies, contentLength, rows, perHotEntry, fullHotLog }));
  } finally {
    await redis.close().catch(() => undefined);
    await client.end();
    await servers.stop();
  }
}

async function sizes(client: Client): Promise<{ what: string; bytes: number }[]> {
  const { rows } = await client.query<{ what: string; bytes: number }>(`
    SELECT 'messages, rows' AS what, pg_table_size('messages')::float8 AS bytes
    UNION ALL SELECT 'messages, indexes', pg_indexes_size('messages')::float8
    UNION ALL SELECT 'stream_event, rows', (SELECT sum(pg_table_size(relid))::float8 FROM pg_partition_tree('stream_event') WHERE isleaf)
    UNION ALL SELECT 'stream_event, indexes', (SELECT sum(pg_indexes_size(relid))::float8 FROM pg_partition_tree('stream_event') WHERE isleaf)
    UNION ALL SELECT 'write-ahead log, without full pages', pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8`);
  return rows;
}

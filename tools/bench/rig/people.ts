import { createHmac, createPrivateKey, hkdfSync, randomUUID, sign, type JsonWebKey } from 'node:crypto';
import { Client } from 'pg';

export interface Person {
  readonly userId: string;
  readonly sessionId: string;
}

export interface Crowd {
  readonly people: readonly Person[];
  /** Room -> whoever is in it, as places in `people`. */
  readonly rooms: readonly { readonly id: string; readonly members: readonly number[] }[];
}

/**
 * Users with a session each, who are signed in without having signed up: a thousand passwords would take a minute. Person n is in the
 * rooms that `roomsOf` says.
 */
export async function makeCrowd(databaseUrl: string, { people: count, rooms: roomCount, roomsOf }: { people: number; rooms: number; roomsOf: (person: number) => readonly number[] }): Promise<Crowd> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const mark = randomUUID().slice(0, 8);
    const { rows: people } = await client.query<Person>(
      `WITH made AS (
         INSERT INTO users (id, username, display_name, email, password_hash, created_at, updated_at)
         SELECT uuidv7(), 'bench-' || $2 || '-' || n, 'Bench ' || n, 'bench-' || $2 || '-' || n || '@example.org', '', now(), now() FROM generate_series(1, $1::int) AS n RETURNING id),
       own AS (INSERT INTO stream (id) SELECT 'user:' || id FROM made),
       live AS (
         INSERT INTO sessions (id, user_id, rotated_at, created_at, last_seen_at, expires_at)
         SELECT uuidv7(), id, now(), now(), now(), now() + interval '1 day' FROM made RETURNING id, user_id)
       SELECT user_id AS "userId", id AS "sessionId" FROM live`,
      [count, mark],
    );
    const { rows: rooms } = await client.query<{ id: string }>(
      `WITH made AS (
         INSERT INTO rooms (id, kind, name, member_count, updated_seq, created_at, updated_at)
         SELECT uuidv7(), 'public', 'Bench ' || $2 || ' ' || n, 0, 0, now(), now() FROM generate_series(1, $1::int) AS n RETURNING id),
       own AS (INSERT INTO stream (id) SELECT 'room:' || id FROM made)
       SELECT id FROM made`,
      [roomCount, mark],
    );
    const members = rooms.map((): number[] => []);
    for (const person of people.keys()) for (const room of roomsOf(person)) members[room]?.push(person);
    const pairs = members.flatMap((of, room) => of.map((person) => [rooms[room]?.id ?? '', people[person]?.userId ?? ''] as const));
    await client.query(
      `INSERT INTO memberships (room_id, user_id, role, joined_seq, joined_at, read_seq)
       SELECT room_id, user_id, 'member', 0, now(), 0 FROM unnest($1::uuid[], $2::uuid[]) AS pair(room_id, user_id)`,
      [pairs.map(([room]) => room), pairs.map(([, user]) => user)],
    );
    await client.query('UPDATE rooms SET member_count = (SELECT count(*) FROM memberships WHERE room_id = rooms.id) WHERE id = ANY($1)', [rooms.map(({ id }) => id)]);
    await client.query('ANALYZE');
    return { people, rooms: rooms.map(({ id }, room) => ({ id, members: members[room] ?? [] })) };
  } finally {
    await client.end();
  }
}

export interface Signer {
  accessToken(person: Person): string;
  ticket(person: Person): string;
}

/** What the servers sign with. */
export interface SigningSecrets {
  readonly jwk: JsonWebKey & { kid: string };
  /** Their CONFAB_SECRET. */
  readonly secret: string;
}

/** Signs as the API does: access tokens with the key of SIGNING_KEYS_FILE, tickets with one that comes of the secret. */
export function createSigner({ jwk, secret }: SigningSecrets): Signer {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const ticketKey = Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', 'confab gateway tickets', 32));
  const claims = (aud: string, seconds: number, { userId, sessionId }: Person, own: object) => {
    const iat = Math.floor(Date.now() / 1000);
    return { iss: 'confab', aud, sub: userId, sid: sessionId, jti: randomUUID(), iat, exp: iat + seconds, ...own };
  };
  return {
    accessToken: (person) => signed({ alg: 'EdDSA', typ: 'at+jwt', kid: jwk.kid }, claims('confab-api', 900, person, { gen: 1 }), (text) => sign(null, Buffer.from(text), key)),
    ticket: (person) => signed({ alg: 'HS256', typ: 'ticket+jwt' }, claims('confab-gateway', 30, person, { cexp: Math.floor(Date.now() / 1000) + 900 }), (text) => createHmac('sha256', ticketKey).update(text).digest()),
  };
}

function signed(header: object, payload: object, signature: (text: string) => Buffer): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${signature(text).toString('base64url')}`;
}

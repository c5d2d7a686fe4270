import { named, type Db, type Tx } from '@confab/db';
import { sql } from 'kysely';

export interface UserRow {
  readonly id: string;
  readonly kind: string;
  readonly username: string;
  readonly email: string | null;
  readonly display_name: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly createdAt: Date;
}

const columns = ['id', 'kind', 'username', 'email', 'display_name', 'created_at', 'updated_at'] as const;

export async function insertUser(tx: Tx, user: NewUser): Promise<UserRow> {
  return named(tx, 'users.insert')
    .insertInto('users')
    .values({
      id: user.id,
      username: user.username,
      email: user.email,
      display_name: user.displayName,
      password_hash: user.passwordHash,
      created_at: user.createdAt,
      updated_at: user.createdAt,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

export async function findUser(db: Db, id: string): Promise<UserRow | undefined> {
  return named(db, 'users.find').selectFrom('users').select(columns).where('id', '=', id).executeTakeFirst();
}

/** Which state of them is the current one. */
export async function listUserVersions(db: Db, ids: readonly string[]): Promise<{ id: string; updated_at: Date }[]> {
  return named(db, 'users.listVersions').selectFrom('users').select(['id', 'updated_at']).where('id', 'in', [...ids]).execute();
}

export async function getUser(db: Db, id: string): Promise<UserRow> {
  return named(db, 'users.get').selectFrom('users').select(columns).where('id', '=', id).executeTakeFirstOrThrow();
}

export async function findUserByUsername(db: Db, username: string): Promise<UserRow | undefined> {
  return named(db, 'users.findByUsername').selectFrom('users').select(columns).where(sql`lower(username)`, '=', sql`lower(${username})`).executeTakeFirst();
}

/** By username or e-mail address, either in any case. A username has no `@`. */
export async function findUserBySignIn(db: Db, login: string): Promise<(UserRow & { password_hash: string | null }) | undefined> {
  const column = login.includes('@') ? sql`lower(email)` : sql`lower(username)`;
  return named(db, 'users.findBySignIn')
    .selectFrom('users')
    .select([...columns, 'password_hash'])
    .where(column, '=', sql`lower(${login})`)
    .executeTakeFirst();
}

export async function findPasswordHash(db: Db, id: string): Promise<string | null | undefined> {
  const row = await named(db, 'users.findPasswordHash').selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst();
  return row?.password_hash;
}

/** Until the transaction ends the password stays as it is. */
export async function lockPasswordHash(tx: Tx, id: string): Promise<string | null | undefined> {
  const row = await named(tx, 'users.lockPasswordHash').selectFrom('users').select('password_hash').where('id', '=', id).forShare().executeTakeFirst();
  return row?.password_hash;
}

/** Unless it has become another meanwhile. */
export async function replacePasswordHash(tx: Tx, id: string, old: string, passwordHash: string): Promise<void> {
  await named(tx, 'users.replacePasswordHash').updateTable('users').set({ password_hash: passwordHash }).where('id', '=', id).where('password_hash', '=', old).execute();
}

export async function updatePasswordHash(tx: Tx, id: string, passwordHash: string, at: Date): Promise<void> {
  await named(tx, 'users.updatePasswordHash').updateTable('users').set({ password_hash: passwordHash, updated_at: at }).where('id', '=', id).execute();
}

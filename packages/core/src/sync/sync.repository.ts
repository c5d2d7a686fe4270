import { named, type Db } from '@confab/db';

export async function getUserHead(db: Db, userId: string): Promise<number> {
  const row = await named(db, 'sync.getUserHead').selectFrom('stream').select('head').where('id', '=', `user:${userId}`).executeTakeFirstOrThrow();
  return row.head;
}

import { runInContext } from '@confab/runtime';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeUser, startTestCore, type TestCore } from '../testing/factories.ts';
import { insertAuditEntries } from './audit.repository.ts';

let test: TestCore;

beforeAll(async () => {
  test = await startTestCore();
});
afterAll(() => test.stop());

const count = async () => Number((await test.database.primary.selectFrom('audit_entries').select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n);

describe('the audit trail', () => {
  it.each([
    ['changed', sql`UPDATE audit_entries SET action = 'nothing'`],
    ['changed where there is nothing to change', sql`UPDATE audit_entries SET action = 'nothing' WHERE false`],
    ['deleted from', sql`DELETE FROM audit_entries`],
    ['emptied', sql`TRUNCATE audit_entries`],
  ])('cannot be %s', async (_, statement) => {
    await makeUser(test.core);
    const before = await count();
    await expect(statement.execute(test.database.primary)).rejects.toMatchObject({ code: '42501' });
    expect(await count()).toBe(before);
  });

  it('outlives those it tells of', async () => {
    const { user } = await makeUser(test.core);
    await test.database.primary.deleteFrom('users').where('id', '=', user.id).execute();
    const rows = await test.database.primary.selectFrom('audit_entries').select('action').where('subject_id', '=', user.id).execute();
    expect(rows.map(({ action }) => action).toSorted()).toEqual(['session.started', 'user.registered']);
  });

  it('has no row of what was rolled back', async () => {
    const before = await count();
    const undone = test.database.write(async (tx) => {
      await insertAuditEntries(tx, [{ action: 'session.ended', at: new Date(), actorId: null }]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await count()).toBe(before);
  });

  it('knows the request and where it came from', async () => {
    const { user } = await runInContext({ requestId: 'request-1', address: '192.0.2.1' }, () => makeUser(test.core));
    const rows = await test.database.primary.selectFrom('audit_entries').select(['request_id', 'address']).where('subject_id', '=', user.id).execute();
    expect(rows).toEqual([{ request_id: 'request-1', address: '192.0.2.1' }, { request_id: 'request-1', address: '192.0.2.1' }]);
  });
});

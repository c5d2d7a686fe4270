import { createTestDatabase, type TestDatabase } from '@confab/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPlans } from './plans.ts';

let clone: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  clone = await createTestDatabase();
});

beforeEach(async () => {
  client = await opened(clone.url);
});

afterEach(() => client.end());

afterAll(() => clone.drop());

async function opened(url: string): Promise<pg.Client> {
  const made = new pg.Client({ statement_timeout: 10_000, connectionString: url });
  await made.connect();
  return made;
}

async function ask(plans: ReturnType<typeof createPlans>, text: string, values: unknown[]): Promise<string | undefined> {
  const name = plans.nameFor(client, text);
  try {
    await client.query({ text, values, ...(name === undefined ? {} : { name }) });
    if (name !== undefined) plans.settled(client, name);
  } catch (error) {
    if (name !== undefined) plans.settled(client, name, error);
  }
  return name;
}

test('a statement has one name, under which the server keeps it', async () => {
  const plans = createPlans();
  const names = [await ask(plans, 'select $1::int + 1', [1]), await ask(plans, 'select $1::int + 1', [2]), await ask(plans, 'select $1::int + 2', [1])];
  expect(names[0]).toBe(names[1]);
  expect(names[2]).not.toBe(names[0]);
  const { rows } = await client.query<{ name: string }>('select name from pg_prepared_statements order by name');
  expect(rows.map(({ name }) => name)).toEqual([names[0], names[2]]);
});

test('nobody else rests on a first one that is not answered yet, nor on one that failed', async () => {
  const plans = createPlans();
  const text = 'select 1 / $1::int as quotient';
  expect(plans.nameFor(client, text)).toBeDefined();
  expect(plans.nameFor(client, text)).toBeUndefined();
  const failing = 'select $1::int from there_is_no_such_table';
  expect(await ask(plans, failing, [1])).toBeDefined();
  expect(await ask(plans, failing, [1])).toBeUndefined();
});

test('a plan whose columns have changed is given up', async () => {
  const plans = createPlans();
  await client.query('create table changing (id int)');
  const text = 'select * from changing where id = $1';
  expect(await ask(plans, text, [1])).toBeDefined();
  await client.query('alter table changing add column more text');
  expect(await ask(plans, text, [1])).toBeDefined();
  expect(await ask(plans, text, [1])).toBeUndefined();
  // What an argument does wrong says nothing of the plan.
  const dividing = 'select 2 / $1::int';
  for (const value of [1, 0, 1]) expect(await ask(plans, dividing, [value])).toBeDefined();
});

test('behind a pooler nothing has a name, nor what comes after many', async () => {
  const plans = createPlans();
  const pooled = await opened(`${clone.url}?statement_timeout=`);
  expect(plans.nameFor(pooled, 'select $1::int')).toBeUndefined();
  await pooled.end();
  for (let n = 0; n < 300; n += 1) plans.nameFor(client, `select $1::int + ${n}`);
  expect(plans.nameFor(client, 'select $1::int')).toBeUndefined();
});

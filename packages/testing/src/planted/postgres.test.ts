// leaves: 1 sockets
import { Client } from 'pg';
import { test } from 'vitest';
import { requiredEnv } from '../required-env.ts';

test('leaves something', async () => {
  await new Client({ connectionString: requiredEnv('CONFAB_TEST_DATABASE_URL') }).connect();
});

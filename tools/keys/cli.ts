import { rotateSigningKey } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createLogger, systemClock } from '@confab/runtime';
import { developmentDatabaseUrl } from '../migrate/target.ts';
import { dataDirectory } from '../stack/places.ts';
import { loadSecrets } from '../stack/secrets.ts';

const usage = 'usage: keys rotate   (with DATABASE_URL and CONFAB_SECRET, else on the development stack that runs)';

if (process.argv.length !== 3 || process.argv[2] !== 'rotate') {
  console.error(usage);
  process.exitCode = 2;
} else await rotate();

async function rotate(): Promise<void> {
  const given = process.env['DATABASE_URL'];
  const secret = given === undefined ? loadSecrets(dataDirectory()).confabSecret : process.env['CONFAB_SECRET'];
  if (secret === undefined || Buffer.from(secret, 'base64url').length < 32) throw new Error('Set CONFAB_SECRET, as the processes have it: keys are sealed with it.');
  const logger = createLogger({ name: 'keys', level: 'warn', pretty: true });
  const database = createDatabase({ primaryUrl: given ?? developmentDatabaseUrl(), replicaUrls: [], applicationName: 'confab-keys', logger });
  try {
    await database.checkSchema();
    const { id, othersRetireAt } = await rotateSigningKey({ database, secret: Buffer.from(secret, 'base64url'), clock: systemClock });
    console.log(`The key ${id} signs from now on, within a minute in every process.`);
    console.log(`Those before it stop signing by ${othersRetireAt.toISOString()}; what they signed is good until it expires. Nobody is signed out.`);
  } finally {
    await database.stop();
  }
}

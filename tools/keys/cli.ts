import { newSigningJwk, rotateSigningKey } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createLogger, systemClock } from '@confab/runtime';
import { developmentDatabaseUrl } from '../migrate/target.ts';
import { dataDirectory } from '../stack/places.ts';
import { loadSecrets } from '../stack/secrets.ts';

const usage = 'usage: keys rotate | new   (rotate with DATABASE_URL and CONFAB_SECRET, else on the development stack that runs)';

/** Whoever keeps the keys in a file changes them there; nothing of ours may write it. */
const byHand = `The keys are in SIGNING_KEYS_FILE, and change by hand:
  1. Put a new one (pnpm keys new) into the set, behind the one that signs, and let every API and gateway have the file.
  2. Move it to the front: it signs from then on. Nobody is signed out.
  3. After an hour remove the old one: nothing that it signed is good any more.`;

const [command, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (command !== 'rotate' && command !== 'new')) {
  console.error(usage);
  process.exitCode = 2;
} else if (command === 'new') console.log(JSON.stringify(await newSigningJwk()));
else if (process.env['SIGNING_KEYS_FILE']) {
  console.error(byHand);
  process.exitCode = 1;
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

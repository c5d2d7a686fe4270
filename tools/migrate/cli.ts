import { parseArgs } from 'node:util';
import { developmentDatabaseUrl } from './target.ts';
import { migrate, migrationStatus } from './migrate.ts';

const usage = 'usage: migrate up [count] | down [count] | status   (on DATABASE_URL, else on the development stack that runs)';

const { positionals } = parseArgs({ allowPositionals: true });
const [command, count] = positionals;
const options = { say: (line: string) => console.log(line), ...(count === undefined ? {} : { count: wholeNumber(count) }) };
const databaseUrl = process.env['DATABASE_URL'] ?? developmentDatabaseUrl();

if (command === 'up' || command === 'down') {
  const names = await migrate(databaseUrl, command, options);
  if (names.length === 0) console.log('nothing to do');
} else if (command === 'status') {
  for (const { name, runAt } of await migrationStatus(databaseUrl)) console.log(`${runAt?.toISOString() ?? 'pending'.padEnd(24)}  ${name}`);
} else {
  console.error(usage);
  process.exitCode = 2;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(usage);
  return Number(text);
}

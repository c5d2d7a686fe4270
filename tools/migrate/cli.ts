import { parseArgs } from 'node:util';
import { ensureApplicationLogin } from './application-login.ts';
import { backfill, backfillStatus } from './backfill.ts';
import { migrate, migrationStatus } from './migrate.ts';
import { developmentDatabaseUrl } from './target.ts';

const usage = 'usage: migrate up [count] | down [count] | status | backfill <name>   (on DATABASE_DIRECT_URL or DATABASE_URL, else on the development stack that runs)';

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [command, argument] = positionals;
  if (command !== 'up' && command !== 'down' && command !== 'status' && command !== 'backfill') throw new Error(usage);
  const applicationUrl = process.env['DATABASE_URL'] || undefined;
  const databaseUrl = process.env['DATABASE_DIRECT_URL'] || applicationUrl || developmentDatabaseUrl();
  if (command === 'status') {
    for (const { name, runAt } of await migrationStatus(databaseUrl)) console.log(`${runAt?.toISOString() ?? 'pending'.padEnd(24)}  ${name}`);
    for (const { name, rowCount, finishedAt } of await backfillStatus(databaseUrl)) {
      const state = finishedAt?.toISOString() ?? (rowCount === undefined ? 'pending' : 'under way');
      console.log(`${state.padEnd(24)}  backfill ${name}${rowCount === undefined ? '' : `, ${rowCount} rows`}`);
    }
    return;
  }
  if (command === 'backfill') {
    if (argument === undefined) throw new Error(usage);
    console.log(`${argument}: finished, ${await backfill(databaseUrl, argument, { say: (line) => console.log(line) })} rows`);
    return;
  }
  const names = await migrate(databaseUrl, command, { count: wholeNumber(argument), say: (line) => console.log(line) });
  if (command === 'up' && applicationUrl !== undefined) await ensureApplicationLogin(databaseUrl, applicationUrl);
  if (names.length === 0) console.log('nothing to do');
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(usage);
  return Number(text);
}

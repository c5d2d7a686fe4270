import { parseArgs } from 'node:util';
import { gather } from './gather.ts';
import { findPlaces } from './places.ts';
import { screen } from './screen.ts';
import { exitCodes } from './system.ts';

const usage = `usage: confab status [--json] [--ops URL,URL …]
  Without --ops: the stack that runs from the data directory. With it, PostgreSQL and Redis are those of DATABASE_DIRECT_URL (or DATABASE_URL),
  DATABASE_REPLICA_URLS and REDIS_URL, where they are set. Exits 0 when all is well, 1 when something is not, 2 when nothing can be reached.`;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false }, ops: { type: 'string' } } });
  const urls = values.ops?.split(',').map((url) => url.trim()).filter(Boolean) ?? [];
  if (positionals.join(' ') !== 'status' || urls.some((url) => !URL.canParse(url))) throw new Error(usage);
  const system = await gather(findPlaces(urls, process.env));
  console.log(values.json ? JSON.stringify(system, null, 2) : screen(system));
  process.exitCode = exitCodes[system.verdict];
}

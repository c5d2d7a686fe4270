import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../migrate/migrate.ts';
import { checkout } from '../stack/places.ts';
import { run } from '../stack/run-command.ts';
import { ensureDatabase, withScratchPostgres } from '../stack/scratch.ts';
import { describeSchema } from './describe.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const target = join(checkout, 'packages/db/generated');

const made = await withScratchPostgres(async (postgres) => {
  const databaseUrl = await ensureDatabase(postgres, 'confab_schema');
  const names = await migrate(databaseUrl, 'up', { say: (line) => console.log(line) });
  return { 'migrations.ts': migrationNames(names), 'schema.txt': await describeSchema(databaseUrl), 'tables.ts': await tableTypes(databaseUrl) };
});

for (const [name, text] of Object.entries(made)) {
  const path = join(target, name);
  if (!values.check) await writeFile(path, text);
  else if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    console.error(`packages/db/generated/${name} is not what the migrations make. Run: npm run schema`);
    process.exitCode = 1;
  }
}

function migrationNames(names: string[]): string {
  return `// Generated from migrations/ by \`npm run schema\`. Do not edit.\n\nexport const migrationNames: readonly string[] = ${JSON.stringify(names, null, 2).replaceAll('"', "'")};\n`;
}

async function tableTypes(databaseUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'confab-tables-'));
  const outFile = join(folder, 'tables.ts');
  try {
    await run(join(checkout, 'tools/node_modules/.bin/kysely-codegen'), [
      '--dialect=postgres', `--url=${databaseUrl}`, `--out-file=${outFile}`, '--default-schema=public',
      '--include-pattern=public.*', '--exclude-pattern=public.pgmigrations', '--type-mapping={"int8":"number"}', '--log-level=error',
    ], { cwd: folder, env: process.env, logFile: join(folder, 'codegen.log') });
    return await readFile(outFile, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

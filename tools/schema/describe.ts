import { Client } from 'pg';
import { sections } from './catalogue-queries.ts';

/**
 * A stable text of everything the migrations made: same migrations, same text, whatever the day or the machine. Partitions other than
 * the default one are left out: they are made as time goes by.
 */
export async function describeSchema(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Expressions and definitions are then written with the schema's name left out, on every server alike.
    await client.query("SET search_path TO public; SET quote_all_identifiers TO off; SET TimeZone TO 'UTC'");
    const parts: string[] = [];
    for (const [title, query] of Object.entries(sections)) {
      const { rows } = await client.query<{ line: string }>(query);
      if (rows.length > 0) parts.push(`# ${title}\n\n${rows.map(({ line }) => line.trimEnd()).join('\n')}\n`);
    }
    return parts.join('\n');
  } finally {
    await client.end();
  }
}

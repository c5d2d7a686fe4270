import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPrimary } from '@confab/db';
import { createLogger, serverUrls } from '@confab/runtime';
import { dataDirectory } from '../stack/places.ts';

export function developmentDatabaseUrl(): string {
  const path = join(dataDirectory(), 'stack.json');
  if (!existsSync(path)) throw new Error('Set DATABASE_URL, or start the development stack first (npm start).');
  return (JSON.parse(readFileSync(path, 'utf8')) as { databaseUrl: string }).databaseUrl;
}

/** The address for those who connect by themselves: of several hosts, the one that takes writes. */
export async function primaryOf(url: string): Promise<string> {
  const [only = url, ...others] = serverUrls(url);
  return others.length === 0 ? only : findPrimary(url, createLogger({ name: 'migrate', level: 'silent', pretty: false }));
}
